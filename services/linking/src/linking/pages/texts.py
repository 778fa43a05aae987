"""Every word of the link pages, in Swedish and English. The glossary is requirements.md's."""

from contracts.fields import Locale

MONTHS: dict[Locale, tuple[str, ...]] = {
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}

_SWEDISH = {
    "moment": "{day} {month} {year} kl. {hour}.{minute} (svensk tid, {zone})",
    "language": "Språk",
    "open_title": "{bureau} vill kopplas till {client}",
    "open_lead": "Byrån {bureau} vill få åtkomst till {client}. Du är systemadministratör och"
    " bestämmer om det ska ske. Ingenting händer förrän du accepterar.",
    "yours_accepted_title": "Du har accepterat förfrågan",
    "yours_accepted_lead": "{bureau} är nu kopplad till {client}. Du behöver inte göra något mer."
    " Ditt kvitto kommer med e-post. Där finns en länk som visar kopplingen och kan avsluta den.",
    "yours_declined_title": "Du har avböjt förfrågan",
    "yours_declined_lead": "{bureau} får inte åtkomst till {client}, och byrån har fått besked."
    " Du behöver inte göra något mer.",
    "accepted_title": "Förfrågan är redan accepterad",
    "accepted_lead": "{who} accepterade förfrågan från {bureau} om {client} {when}."
    " Du behöver inte göra något mer.",
    "declined_title": "Förfrågan är avböjd",
    "declined_lead": "{who} avböjde förfrågan från {bureau} om {client} {when}.",
    "cancelled_title": "Förfrågan är återtagen",
    "cancelled_lead": "Förfrågan från {bureau} om {client} återtogs {when}."
    " Den går inte längre att acceptera.",
    "cancelled_paper_form_title": "Kopplingen är redan klar",
    "cancelled_paper_form_lead": "{bureau} och {client} kopplades ihop {when} med en påskriven"
    " blankett i stället. Förfrågan behöver inte besvaras.",
    "cancelled_bureau_deleted_title": "Byrån finns inte längre",
    "cancelled_bureau_deleted_lead": "{bureau} togs bort ur registret {when}, och därmed förfrågan"
    " om {client}. Du behöver inte göra något.",
    "cancelled_client_deleted_title": "Klienten finns inte längre",
    "cancelled_client_deleted_lead": "{client} togs bort ur registret {when}, och därmed förfrågan"
    " från {bureau}. Du behöver inte göra något.",
    "expired_title": "Förfrågan har gått ut",
    "expired_lead": "Länken från {bureau} om {client} gällde till {expires}."
    " Be byrån att skicka en ny förfrågan om ni fortfarande vill kopplas samman.",
    "superseded_title": "Länken har gått ut",
    "superseded_lead": "Den här länken från {bureau} om {client} gällde till {expires}."
    " Byrån har skickat förfrågan igen: använd länken i det senaste mejlet.",
    "not_an_admin_title": "Du kan inte besvara förfrågan",
    "not_an_admin_lead": "Bara den som är systemadministratör hos klienten just nu, på den"
    " e-postadress som länken skickades till, kan besvara förfrågan.",
    "somebody": "Någon",
    "details": "Om förfrågan",
    "bureau": "Byrå",
    "org_number": "organisationsnummer",
    "client": "Klient",
    "tenant_id": "databas-ID",
    "requested_by": "Förfrågan skickades av",
    "recipient": "Till",
    "sent": "Skickad",
    "expires": "Giltig till",
    "message": "Meddelande från byrån",
    "decided": "Besvarad",
    "by": "{who}, {when}",
    "access": "Vad åtkomsten innebär",
    "access_lead": "Om du accepterar kan byrån ge sina konsulter behörighet att läsa och ändra i"
    " klientens program. Byrån bestämmer vilka av sina konsulter som får vilka behörigheter:",
    "bookkeeping": "Bokföring: verifikationer, konton och rapporter",
    "invoicing": "Fakturering: kundfakturor och kundregister",
    "payroll": "Lön: anställda, löner och utbetalningsunderlag",
    "annual_accounts": "Årsredovisning: bokslut och årsredovisning",
    "documents": "Dokument: underlag och arkiv",
    "linked": "Byråer som redan är kopplade till klienten",
    "none_linked": "Ingen byrå är kopplad i dag.",
    "confirm": "Jag bekräftar att {bureau} får åtkomst till {client}.",
    "unconfirmed": "Kryssa i rutan för att bekräfta innan du accepterar.",
    "accept": "Acceptera förfrågan",
    "unsure": "Känner du inte igen byrån? Acceptera inte. Avböj, eller stäng sidan: då går"
    " förfrågan ut av sig själv.",
    "decline_offer": "Vill du inte ge byrån åtkomst?",
    "decline_message": "Meddelande till byrån (valfritt)",
    "decline_hint": "Högst 500 tecken, utan webbadresser. Byrån ser ditt namn.",
    "decline": "Avböj",
    "managed_active_title": "{bureau} har åtkomst till {client}",
    "managed_active_lead": "{bureau} och {client} är kopplade sedan {since}. Här ser du vad som"
    " gäller.",
    "managed_ended_title": "Kopplingen är avslutad",
    "managed_ended_lead": "{bureau} var kopplad till {client} från {since} till {ended}. Den här"
    " kopplingen ger inte längre någon åtkomst.",
    "managed_details": "Om kopplingen",
    "managed_accepted_by": "Accepterades av",
    "managed_since": "Åtkomst sedan",
    "managed_ended": "Avslutad",
    "managed_access_lead": "Byrån kan ge sina konsulter behörighet att läsa och ändra i klientens"
    " program. Byrån bestämmer vilka av sina konsulter som får vilka behörigheter:",
    "managed_linked": "Byråer som är kopplade till klienten nu",
    "managed_end": "Avsluta kopplingen",
    "managed_end_lead": "Om du avslutar kopplingen kan ingen på {bureau} längre logga in hos"
    " {client}. Det gäller genast. Byrån får besked. Ska ni kopplas igen behövs en ny förfrågan.",
    "managed_end_confirm": "Jag bekräftar att {bureau} inte längre ska ha åtkomst till {client}.",
    "managed_end_unconfirmed": "Kryssa i rutan för att bekräfta innan du avslutar kopplingen.",
    "managed_end_reason": "Meddelande till byrån (valfritt)",
    "managed_ended_by": "Avslutades av",
    "managed_reason": "Meddelande",
    "managed_form": "Registrerades från blankett",
    "managed_form_signed": "Undertecknad av {who} den {day}",
    "history": "Vad som har hänt hos klienten",
    "history_lead": "Det senaste först. Här står allt som byråer, klienten och kundtjänst har"
    " gjort som rör åtkomsten till {client}.",
    "act_link_requested": "Förfrågan skickades",
    "act_link_request_resent": "Förfrågan skickades igen",
    "act_link_request_cancelled": "Förfrågan återtogs",
    "act_link_request_accepted": "Förfrågan accepterades",
    "act_link_request_declined": "Förfrågan avböjdes",
    "act_link_request_expired": "Förfrågan gick ut",
    "act_link_registered": "Kopplingen registrerades från en blankett",
    "act_link_ended": "Kopplingen avslutades",
    "act_link_mended": "Kopplingen återställdes efter ett driftavbrott",
    "side_bureau": "byrån",
    "side_client": "klienten",
    "side_support": "kundtjänst",
    "erased": "en person vars uppgifter är raderade",
    "nobody": "automatiskt",
    "managed_refused_title": "Du kan inte se kopplingen",
    "managed_refused_body": "Bara den som är systemadministratör hos klienten just nu, på den"
    " e-postadress som länken skickades till, kan se kopplingen.",
    "not_found_title": "Länken fungerar inte",
    "not_found_body": "Länken är skadad eller har aldrig skickats. Ibland kapar e-postprogram"
    " långa länkar: kopiera hela länken från mejlet och försök igen.",
    "too_many_title": "Många besök just nu",
    "too_many_body": "Det har kommit ovanligt många besök från ditt nätverk på kort tid. Vänta en"
    " stund och öppna sedan länken i mejlet igen. Ingenting har ändrats.",
    "bad_request_title": "Det gick inte",
    "bad_request_body": "Sidan kunde inte ta emot svaret. Öppna länken i mejlet på nytt och"
    " försök igen. Ingenting har ändrats.",
}

_ENGLISH = {
    "moment": "{day} {month} {year} at {hour}:{minute} (Swedish time, {zone})",
    "language": "Language",
    "open_title": "{bureau} wants to be linked to {client}",
    "open_lead": "The bureau {bureau} asks for access to {client}. You are a system admin and"
    " decide whether to allow it. Nothing happens until you accept.",
    "yours_accepted_title": "You have accepted the request",
    "yours_accepted_lead": "{bureau} is now linked to {client}. There is nothing more to do. Your"
    " receipt comes by mail, with a link that shows the connection and can end it.",
    "yours_declined_title": "You have declined the request",
    "yours_declined_lead": "{bureau} does not get access to {client}, and has been told. There is"
    " nothing more to do.",
    "accepted_title": "The request has already been accepted",
    "accepted_lead": "{who} accepted the request from {bureau} about {client} on {when}."
    " There is nothing more for you to do.",
    "declined_title": "The request has been declined",
    "declined_lead": "{who} declined the request from {bureau} about {client} on {when}.",
    "cancelled_title": "The request has been withdrawn",
    "cancelled_lead": "The request from {bureau} about {client} was withdrawn on {when}."
    " It can no longer be accepted.",
    "cancelled_paper_form_title": "The link is there already",
    "cancelled_paper_form_lead": "{bureau} and {client} were linked on {when} by a signed paper"
    " form instead. The request needs no answer.",
    "cancelled_bureau_deleted_title": "The bureau is gone",
    "cancelled_bureau_deleted_lead": "{bureau} was removed from the register on {when}, and with it"
    " the request about {client}. There is nothing to do.",
    "cancelled_client_deleted_title": "The client is gone",
    "cancelled_client_deleted_lead": "{client} was removed from the register on {when}, and with it"
    " the request from {bureau}. There is nothing to do.",
    "expired_title": "The request has expired",
    "expired_lead": "The link from {bureau} about {client} was valid until {expires}."
    " Ask the bureau for a new request if you still want to be linked.",
    "superseded_title": "The link has expired",
    "superseded_lead": "This link from {bureau} about {client} was valid until {expires}."
    " The bureau has sent the request again: use the link in the newest mail.",
    "not_an_admin_title": "You can't answer this request",
    "not_an_admin_lead": "Only somebody who is a system admin of the client now, at the mail"
    " address that the link was sent to, can answer the request.",
    "somebody": "Somebody",
    "details": "About the request",
    "bureau": "Bureau",
    "org_number": "organisation number",
    "client": "Client",
    "tenant_id": "database ID",
    "requested_by": "Requested by",
    "recipient": "To",
    "sent": "Sent",
    "expires": "Valid until",
    "message": "Message from the bureau",
    "decided": "Answered",
    "by": "{who}, {when}",
    "access": "What access means",
    "access_lead": "If you accept, the bureau can let its consultants read and change things in"
    " the client's programs. The bureau decides which of its consultants may do what:",
    "bookkeeping": "Bookkeeping: vouchers, accounts and reports",
    "invoicing": "Invoicing: customer invoices and the customer register",
    "payroll": "Payroll: employees, salaries and payment files",
    "annual_accounts": "Annual accounts: year-end closing and the annual report",
    "documents": "Documents: vouchers' papers and the archive",
    "linked": "Bureaus already linked to the client",
    "none_linked": "No bureau is linked today.",
    "confirm": "I confirm that {bureau} gets access to {client}.",
    "unconfirmed": "Tick the box to confirm before you accept.",
    "accept": "Accept the request",
    "unsure": "You don't know this bureau? Don't accept. Decline, or close the page, and the"
    " request will expire by itself.",
    "decline_offer": "You don't want to give the bureau access?",
    "decline_message": "Message to the bureau (optional)",
    "decline_hint": "At most 500 characters, no web addresses. The bureau sees your name.",
    "decline": "Decline",
    "managed_active_title": "{bureau} has access to {client}",
    "managed_active_lead": "{bureau} and {client} have been linked since {since}. This page shows"
    " what that means.",
    "managed_ended_title": "The link has been ended",
    "managed_ended_lead": "{bureau} was linked to {client} from {since} to {ended}. This link no"
    " longer gives any access.",
    "managed_details": "About the link",
    "managed_accepted_by": "Accepted by",
    "managed_since": "Access since",
    "managed_ended": "Ended",
    "managed_access_lead": "The bureau can let its consultants read and change things in the"
    " client's programs. The bureau decides which of its consultants may do what:",
    "managed_linked": "Bureaus linked to the client now",
    "managed_end": "Ending the link",
    "managed_end_lead": "When you end the link, nobody at {bureau} can sign in to {client} any"
    " more. This holds at once. The bureau is told. To be linked again takes a new request.",
    "managed_end_confirm": "I confirm that {bureau} no longer gets access to {client}.",
    "managed_end_unconfirmed": "Tick the box to confirm before you end the link.",
    "managed_end_reason": "Message to the bureau (optional)",
    "managed_ended_by": "Ended by",
    "managed_reason": "Message",
    "managed_form": "Registered from a paper form",
    "managed_form_signed": "Signed by {who} on {day}",
    "history": "What has happened at the client",
    "history_lead": "The latest first. All that bureaus, the client and customer support have done"
    " about access to {client}.",
    "act_link_requested": "A request was sent",
    "act_link_request_resent": "The request was sent again",
    "act_link_request_cancelled": "The request was taken back",
    "act_link_request_accepted": "The request was accepted",
    "act_link_request_declined": "The request was declined",
    "act_link_request_expired": "The request expired",
    "act_link_registered": "The link was registered from a paper form",
    "act_link_ended": "The link was ended",
    "act_link_mended": "The link was restored after an outage",
    "side_bureau": "the bureau",
    "side_client": "the client",
    "side_support": "customer support",
    "erased": "a person whose details are erased",
    "nobody": "automatically",
    "managed_refused_title": "You can't see this link",
    "managed_refused_body": "Only somebody who is a system admin of the client now, at the mail"
    " address that the link was sent to, can see it.",
    "not_found_title": "This link does not work",
    "not_found_body": "The link is damaged or was never sent. Mail programs sometimes cut long"
    " links: copy the whole link from the mail and try again.",
    "too_many_title": "Too many visits just now",
    "too_many_body": "Unusually many visits have come from your network in a short time. Wait a"
    " while, then open the link in the mail again. Nothing has changed.",
    "bad_request_title": "That did not work",
    "bad_request_body": "The page could not take the answer. Open the link in the mail again and"
    " try once more. Nothing has changed.",
}

TEXTS: dict[Locale, dict[str, str]] = {"sv": _SWEDISH, "en": _ENGLISH}
