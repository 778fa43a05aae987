"""Every mail against its approved sample: what a change does to a mail is seen in the review.

After a change that is meant, look at the mails and write the samples anew:

    KOPPLA_APPROVE=1 .venv/bin/python -m pytest services/notifier/tests/test_samples.py
"""

import os
from pathlib import Path

import pytest

from notifier.drafts import MAILS
from notifier.rendering import LOCALES
from services.notifier.tests.sample_mails import SAMPLES, Sample

FOLDER = Path(__file__).parent / "samples"
APPROVE = os.environ.get("KOPPLA_APPROVE") == "1"


def files(sample: Sample) -> dict[str, bytes]:
    """The sample's files by name."""
    text = f"Subject: {sample.subject}\n\n{sample.text}"
    return {f"{sample.name}.txt": text.encode(), f"{sample.name}.html": sample.html.encode()}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_mail_is_as_it_was_approved(sample: Sample) -> None:  # R47
    for name, content in files(sample).items():
        file = FOLDER / name
        if APPROVE:
            FOLDER.mkdir(exist_ok=True)
            file.write_bytes(content)
        assert file.exists(), "approve it, see above"
        assert file.read_bytes() == content, "if this is meant, approve it, see above"


def test_no_sample_is_left_of_a_mail_that_is_gone() -> None:
    known = {name for sample in SAMPLES for name in files(sample)}
    left_over = {file for file in FOLDER.iterdir() if file.name not in known}
    if APPROVE:
        for file in left_over:
            file.unlink()
        left_over = set()
    assert not left_over


def test_every_mail_has_a_sample_in_every_language() -> None:  # D4, R47
    found = {(sample.mail, sample.locale) for sample in SAMPLES}
    assert found == {(mail, locale) for mail in MAILS for locale in LOCALES}
