"""The words that the demo directory is made of. Nobody is meant.

The order counts: a seed picks by place, so a word may be added only where other bytes from the
same seed do no harm.
"""


def _words(text: str) -> list[str]:
    return text.split()


WOMEN = _words(
    "Anna Åsa Märta Birgitta Elin Emma Eva Frida Gunilla Hanna Ida Ingrid Jenny Johanna Karin "
    "Kerstin Klara Kristina Lena Linnéa Lisa Malin Maria Märit Sara Sigrid Sofia Susanne Ulrika "
    "Åse Amina Fatima Zeynep Helene Marie-Louise Ebba Saga Tuva Yvonne Désirée"
)
MEN = _words(
    "Anders Björn Bengt Bo Carl-Johan Daniel David Erik Fredrik Göran Gustav Håkan Hans Henrik "
    "Jan Jens Jörgen Johan Jonas Karl Lars Magnus Mats Mikael Nils Olof Oskar Pär Patrik Per "
    "Peter Rasmus Sören Stefan Sven Tomas Åke Östen Ali Mohammed Ivan José"
)
GIVEN = WOMEN + MEN
SURNAMES = _words(
    "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson "
    "Åkerström Åberg Ågren Åström Ängström Ärlebrandt Öberg Öhman Östlund Örn Bäckström Björk "
    "Blomqvist Dahlgren Ekström Engström Forsberg Fransson Grönlund Häggström Hedlund "
    "Hjälmqvist Holmström Isaksson Järvinen Källström Lindgren Lindström Löfgren Mårtensson "
    "Möller Norén Nyström Palmér Rönnqvist Sandström Sjöberg Skoglund Söderberg Strömbäck "
    "Sundqvist Tägtström Törnqvist Vikström Wallén Wåhlin Haddad Yılmaz Nowak Kovačević"
)
CITIES = _words(
    "Stockholm Göteborg Malmö Uppsala Västerås Örebro Linköping Helsingborg Jönköping "
    "Norrköping Lund Umeå Gävle Borås Södertälje Eskilstuna Halmstad Växjö Karlstad Sundsvall "
    "Östersund Trollhättan Luleå Kalmar Falun Skellefteå Kristianstad Skövde Nyköping Ängelholm "
    "Öregrund Åmål Älmhult Härnösand Örnsköldsvik Kiruna Visby Ystad Mjölby Säffle"
)
PLACES = _words(
    "Nordkust Västkust Solängen Björkbacken Åsbo Älvdal Östermalm Högalid Skärgården Mälaren "
    "Vättern Siljan Fjällbäcken Kungsör Lövudden Näset Strömsund Tångvik Ängsholm Öland Vinga "
    "Hällan Bergslagen Sörgården Norrsken Midsommar Trekanten Kvarnen Bryggan Torget"
)
TRADES = _words(
    "Bygg Måleri Rör El Åkeri Snickeri Trädgård Städ Fastigheter Konsult Redskap Bageri Café "
    "Fisk Skog Lantbruk Plåt Glas Golv Data Reklam Tryckeri Möbler Livs Frisör Hälsovård "
    "Bilservice Kök Textil Import"
)
PRACTICES = _words("Redovisning Revision Ekonomi Bokföring Ekonomibyrå Redovisningsbyrå")
EXCLUDED_GROUPS = _words("Deloitte KPMG PwC GT LRFK BDO EY Masars Riksteatern")  # R12
OTHER_GROUPS = ["Byråalliansen Norr", "Sifferkraft", "Ekonomihusen i Samverkan"]
ENTRY_POINTS = ["client_manager", "digital_bureau"]
BOOKS = ["Butiken", "Verkstaden", "Fastigheten"]  # why one company has several tenants
