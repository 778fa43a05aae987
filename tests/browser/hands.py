"""How somebody uses a page: with a mouse, or with a keyboard and nothing else."""

from typing import Protocol

from playwright.async_api import Locator, expect

MOST_TABS = 150


class Hands(Protocol):
    async def press(self, control: Locator) -> None:
        """A link or a button."""

    async def write(self, field: Locator, text: str) -> None: ...

    async def tick(self, box: Locator) -> None: ...

    async def choose(self, option: Locator) -> None:
        """A radio button."""

    async def select(self, box: Locator, label: str) -> None:
        """An option of a closed list."""


class Mouse:
    async def press(self, control: Locator) -> None:
        await control.click()

    async def write(self, field: Locator, text: str) -> None:
        await field.fill(text)

    async def tick(self, box: Locator) -> None:
        await box.check()

    async def choose(self, option: Locator) -> None:
        await option.check()

    async def select(self, box: Locator, label: str) -> None:
        await box.select_option(label=label)


class Keyboard:
    """Tab, Enter, Space, arrows and letters."""

    async def press(self, control: Locator) -> None:
        await self._reach(control)
        await control.page.keyboard.press("Enter")

    async def write(self, field: Locator, text: str) -> None:
        await self._reach(field)
        await field.page.keyboard.type(text)

    async def tick(self, box: Locator) -> None:
        await self._reach(box)
        await box.page.keyboard.press("Space")
        await expect(box).to_be_checked()

    async def choose(self, option: Locator) -> None:
        """Tab reaches a group, the arrows what is in it."""
        same_group = (
            "e => document.activeElement.type === 'radio' && document.activeElement.name === e.name"
        )
        await self._until(option, same_group, "Tab")
        if await option.is_checked():
            return
        await option.page.keyboard.press("Space")
        await self._until(option, "e => e.checked", "ArrowDown")

    async def select(self, box: Locator, label: str) -> None:
        await self._reach(box)
        chosen = f"e => e.selectedOptions[0].label.trim() === {label!r}"
        await self._until(box, chosen, "ArrowDown")

    async def _reach(self, control: Locator) -> None:
        await self._until(control, "e => e === document.activeElement", "Tab")
        # What has the focus is seen to have it, and is not under something else.
        await expect(control).to_be_in_viewport()
        assert await control.evaluate("e => e.matches(':focus-visible')")

    async def _until(self, control: Locator, wanted: str, key: str) -> None:
        await control.wait_for()
        for _ in range(MOST_TABS):
            if await control.evaluate(wanted):
                return
            await control.page.keyboard.press(key)
        raise AssertionError(f"{control} can't be reached by {key}")
