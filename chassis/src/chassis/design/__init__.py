"""The design system: tokens, components, page skeleton, texts and formats. One folder for whoever
shows pages or mails; it knows nothing of bureaus. Shown with every state at `/design`."""
