/** The cookie notice. It is the last element of the body, so that closing it moves nothing. */

const KEY = "tarnway.consent";

export function mountConsent(notice) {
  notice.hidden = localStorage.getItem(KEY) !== null;
  notice.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    localStorage.setItem(KEY, button.value);
    notice.hidden = true;
  });
}
