// Forms that ask for a passkey: the browser's answer goes into the hidden field and the form is sent as any other.
export function startPasskeys() {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const say = (what) => form.querySelectorAll("[data-says]").forEach((line) => { line.hidden = line.dataset.says !== what; });
    form.addEventListener("submit", async (event) => {
      if (form.elements.passkey.value) return;
      event.preventDefault();
      const able = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON;
      if (!able) return say("unable");
      const options = JSON.parse(form.dataset.options);
      const making = form.dataset.passkey === "create";
      try {
        const publicKey = making
          ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
          : PublicKeyCredential.parseRequestOptionsFromJSON(options);
        const made = await navigator.credentials[making ? "create" : "get"]({ publicKey });
        form.elements.passkey.value = JSON.stringify(made.toJSON());
      } catch {
        return say("failed");
      }
      form.submit();
    });
  }
}
