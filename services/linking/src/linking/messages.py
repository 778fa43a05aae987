"""What a bureau may write to a client's admins: words, but nothing to click on.

The mail comes from us, so an address in it would be a phishing mail in our name.
"""

import re
import unicodedata

# Written small or all in capitals: a sentence that begins right after a full stop is no domain.
_COUNTRIES = """
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs
    bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee
    eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm
    hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb
    lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz
    na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs
    ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl
    tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
""".split()  # noqa: SIM905 (a list would be 240 lines)
_TOP = "|".join([*_COUNTRIES, *map(str.upper, _COUNTRIES)])
_ADDRESS = re.compile(
    rf"""
      \w+://                                    # any scheme
    | \bwww\.
    | (?:[\w-]+\.)+[^\W\d_]{{2,}}[/?#]\S          # domain.tld/…
    | \b\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?:/\S|:\d)     # IPv4; alone, a diary number
    | (?<![@\w.-])(?:[\w-]+\.)+                 # a bare domain, which mail clients make a link of;
      (?:com|net|org|info|biz|app|dev|xyz|top|link|click|site|online|shop|page|store|tech|cloud
        |live|blog|wiki|club|vip|icu|pro|name|mobi|zip|mov|bank|agency|foundation|gratis|loan
        |finance|buzz|cyou|(?-i:{_TOP})
        |[^\W\d_a-zA-Z\u00aa-\u024f]{{2,}})        # in another script than ours
      (?![\w-])                                 # not the one of a mail address
    """,
    re.VERBOSE | re.IGNORECASE,
)

# Direction overrides, which show an address that is not the one that is written.
_REORDERED = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


# Letters and signs that show nothing; most that don't are told by their category.
_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_UNSEEN = frozenset(("Cf", "Mn", "Me", "Zs", "Zl", "Zp"))


def or_nothing(text: str | None) -> str | None:
    """The text, None where there is nothing of it to be seen: no quotation is made of that."""
    return None if text is None or is_blank(text) else text


def is_blank(text: str) -> bool:
    """Whether it has white space and invisible characters only."""
    return all(c.isspace() or c in _EMPTY or unicodedata.category(c) in _UNSEEN for c in text)


def without_address(text: str) -> str:
    """The text itself; ValueError where it holds an address, or turns the way it is read."""
    if turns_direction(text):
        raise ValueError("must not hold characters that turn the direction of writing")
    if holds_address(text):
        raise ValueError("must not hold a web address")
    return text


def turns_direction(text: str) -> bool:
    """Whether it holds characters, which nobody sees, that turn the way it is read: programs put
    some around names that are pasted from them."""
    return _REORDERED.search(text) is not None


def holds_address(text: str) -> bool:
    """Whether the text holds something that a mail client would show as a link.

    Full-width and invisible characters don't hide it. Domains end in too many ways to know all;
    mails show whatever is left as text.
    """
    if turns_direction(text):
        return True
    plain = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return _ADDRESS.search(plain) is not None
