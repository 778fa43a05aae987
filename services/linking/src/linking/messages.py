"""What a bureau may write to a client's admins: words, but nothing to click on.

The mail comes from us, so an address in it would be a phishing mail in our name.
"""

import re
import unicodedata

_ADDRESS = re.compile(
    r"""
      \w+://                                    # any scheme
    | \bwww\.
    | (?:[\w-]+\.)+[^\W\d_]{2,}[/?#]\S          # domain.tld/…
    | \b\d{1,3}(?:\.\d{1,3}){3}\b               # an IPv4 address
    | (?<![@\w.-])(?:[\w-]+\.)+                 # a bare domain, which mail clients make a link of;
      (?:com|net|org|info|biz|eu|se|nu|io|app|dev|xyz|ru|cn|top|link|click|site|online|shop|page)
      (?![\w-])                                 # not the one of a mail address
    """,
    re.VERBOSE | re.IGNORECASE,
)


def holds_address(text: str) -> bool:
    """Whether the text holds something that a mail client would show as a link.

    Full-width and invisible characters don't hide it.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return _ADDRESS.search(plain) is not None
