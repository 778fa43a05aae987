"""Every word of the guidance page, in Swedish and English."""

from contracts.fields import Locale

_SWEDISH = {
    "language": "Språk",
    "title": "Koppla en klient med blankett",
    "lead": "En byrå kan få åtkomst till en klient som redan använder programmen på två sätt:"
    " digitalt med knappen Koppla klient, eller med en påskriven blankett som kundtjänst"
    " registrerar. Resultatet blir detsamma. Här finns blanketterna.",
    "forms": "Välj blankett",
    "link_client": "Koppla en befintlig klient",
    "link_client_when": "När byrån ska få åtkomst till en klient som redan använder programmen."
    " Byråer som redan är kopplade till klienten behåller sin åtkomst.",
    "change_bureau": "Byt byrå",
    "change_bureau_when": "När klienten byter byrå: den nya byrån ska få åtkomst och den tidigare"
    " byråns åtkomst ska upphöra.",
    "change_bureau_note": "Den tidigare kopplingen avslutas inte av sig själv. Den tidigare byrån"
    " kan avsluta den, klientens systemadministratör kan göra det på sidan som länken i"
    " kvittomejlet leder till, och kundtjänst gör det om ni kryssar för det på blanketten.",
    "download": "Hämta blanketten (PDF)",
    "other": "Blanketten på engelska (PDF)",
    "steps": "Så här gör du",
    "step_fill": "Hämta blanketten och fyll i den på skärmen, eller skriv ut den och fyll i för"
    " hand.",
    "step_sign": "Låt klientens firmatecknare eller systemadministratör skriva under. Byrån kan"
    " fylla i blanketten, men inte skriva under åt klienten.",
    "step_send": "Skicka den påskrivna blanketten till kundtjänst.",
    "step_send_to": "Skicka den påskrivna blanketten till kundtjänst:",
    "needed": "Det här måste vara ifyllt",
    "needed_lead": "Saknas något kan kundtjänst inte registrera blanketten.",
    "needed_bureau": "Byrån: namn, organisationsnummer och en kontaktperson med mejladress.",
    "needed_client": "Klienten: företagets namn, organisationsnummer och databas-ID. Databas-ID är"
    " numret på klientens databas. Ett företag kan ha flera, så organisationsnumret räcker inte.",
    "needed_former": "Vid byte av byrå: den tidigare byråns namn, och vem som avslutar dess"
    " åtkomst.",
    "needed_signature": "Underskriften, med namnförtydligande, roll och datum.",
    "sole_trader": "Har klienten enskild firma är organisationsnumret ett personnummer, och vi"
    " behandlar det som en personuppgift. På blanketten räcker det med de sex första siffrorna.",
    "after": "Vad händer sedan?",
    "after_registered": "Kundtjänst kontrollerar underskriften och registrerar blanketten. Då är"
    " byrån och klienten kopplade.",
    "after_mail": "Byråns administratörer och klientens systemadministratörer får varsitt mejl om"
    " att kopplingen är klar. I klientens mejl finns en länk som visar kopplingen och kan avsluta"
    " den.",
    "after_no_request": "Ingen förfrågan skickas, eftersom klienten redan har skrivit under. En"
    " obesvarad förfrågan om samma klient återtas.",
    "after_list": "Klienten ligger i byråns aktiveringslista. När en byråadministratör har"
    " aktiverat klienten och gett konsulterna behörighet finns den i klientlistan.",
    "digital": "Snabbare utan blankett",
    "digital_how": "Med knappen Koppla klient i Klienthanteraren eller Digital Byrå söker du upp"
    " klienten och skickar en förfrågan direkt. Klientens systemadministratörer får den i ett"
    " mejl, och ni är kopplade så fort en av dem har accepterat.",
    "digital_not": "Knappen visas inte för byråer med flerbolagsupplägg, och inte för vissa"
    " byråkedjor. De använder blanketten. Den behövs också när klienten saknar systemadministratör,"
    " eller när ingen av dem går att nå med mejl.",
    "contact": "Frågor om blanketterna? Skriv till kundtjänst:",
    "missing_title": "Blanketten finns inte",
    "missing_body": "Adressen leder inte till någon blankett. Alla blanketter finns på sidan",
}

_ENGLISH = {
    "language": "Language",
    "title": "Link a client with a paper form",
    "lead": "A bureau can get access to a client that already uses the programs in two ways:"
    " digitally with the button Koppla klient, or with a signed form that customer support"
    " registers. The result is the same. The forms are here.",
    "forms": "Choose a form",
    "link_client": "Link an existing client",
    "link_client_when": "When the bureau is to get access to a client that already uses the"
    " programs. Bureaus that are already linked to the client keep their access.",
    "change_bureau": "Change bureau",
    "change_bureau_when": "When the client changes bureau: the new bureau gets access, and the"
    " former bureau's access should end.",
    "change_bureau_note": "The former link does not end by itself. The former bureau can end it,"
    " the client's system admin can do so on the page that the link in the receipt mail leads to,"
    " and customer support does it if you tick that on the form.",
    "download": "Get the form (PDF)",
    "other": "The form in Swedish (PDF)",
    "steps": "What to do",
    "step_fill": "Get the form and fill it in on your screen, or print it and fill it in by hand.",
    "step_sign": "Have the client's authorised signatory or system admin sign it. The bureau may"
    " fill in the form, but can't sign for the client.",
    "step_send": "Send the signed form to customer support.",
    "step_send_to": "Send the signed form to customer support:",
    "needed": "What must be filled in",
    "needed_lead": "If something is missing, customer support can't register the form.",
    "needed_bureau": "The bureau: name, organisation number and a contact person with an email"
    " address.",
    "needed_client": "The client: the company's name, organisation number and database ID. The"
    " database ID is the number of the client's database. A company may have several, so the"
    " organisation number is not enough.",
    "needed_former": "When the bureau is changed: the former bureau's name, and who ends its"
    " access.",
    "needed_signature": "The signature, with the name in print, the role and the date.",
    "sole_trader": "A sole trader's organisation number is a personal identity number, and we treat"
    " it as personal data. On the form its first six digits are enough.",
    "after": "What happens then?",
    "after_registered": "Customer support checks the signature and registers the form. The bureau"
    " and the client are then linked.",
    "after_mail": "The bureau's admins and the client's system admins each get a mail that the link"
    " is made. The client's mail has a link that shows the connection and can end it.",
    "after_no_request": "No request is sent, since the client has already signed. An unanswered"
    " request about the same client is withdrawn.",
    "after_list": "The client is in the bureau's activation list. Once a bureau admin has activated"
    " it and given the consultants their permissions, it is in the client list.",
    "digital": "Quicker without a form",
    "digital_how": "With the button Koppla klient in Klienthanteraren or Digital Byrå you search"
    " for the client and send a request at once. The client's system admins get it by mail, and you"
    " are linked as soon as one of them has accepted.",
    "digital_not": "The button is not shown to bureaus with a multi-company set-up, nor to some"
    " chains of bureaus. They use the form. It is also needed when the client has no system admin,"
    " or when none of them can be reached by mail.",
    "contact": "Questions about the forms? Write to customer support:",
    "missing_title": "There is no such form",
    "missing_body": "This address leads to no form. All forms are on the page",
}

WORDS: dict[Locale, dict[str, str]] = {"sv": _SWEDISH, "en": _ENGLISH}
