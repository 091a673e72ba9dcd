// What somebody types stays in this tab until it is sent, the tab is closed or "Leave this page" is pressed.
// On the device it stays only where the person asks for it, and not after "Leave this page" either.
const PREFIX = "draft:";
const SENDING = "draft-sending";
// The clock is guessed anew by _zone.js: where somebody is must not outlast the page on their device.
const isText = (field) => field.name && field.name !== "zone" && !["hidden", "file", "password", "submit", "button"].includes(field.type);

// The address of a form can be a secret link: it tells drafts apart without being stored.
function short(text) {
  let sum = 5381;
  for (const letter of text) sum = (sum * 33 + letter.codePointAt(0)) >>> 0;
  return sum.toString(36);
}

const keyOf = (form) => `${PREFIX}${form.dataset.draft}:${short(location.pathname)}`;

function forget(key) {
  sessionStorage.removeItem(key);
  localStorage.removeItem(key);
}

function read(form) {
  const fields = [...form.elements].filter(isText);
  const ticked = (field) => !["checkbox", "radio"].includes(field.type) || field.checked;
  return fields.filter((field) => field.name !== "csrfmiddlewaretoken" && ticked(field)).map((field) => [field.name, field.value]);
}

function fill(form, pairs) {
  for (const field of [...form.elements].filter(isText)) {
    const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
  }
}

function follow(form) {
  const key = keyOf(form);
  const box = form.querySelector("[data-keep-box]");
  const token = form.elements.token;
  const fresh = token?.value;
  const kept = JSON.parse(localStorage.getItem(key) ?? sessionStorage.getItem(key) ?? "null");
  if (kept && !document.querySelector(".errors")) {
    fill(form, kept.pairs);
    // Sent, and no answer came: the same words with the same token are taken only once.
    if (kept.token && token) token.value = kept.token;
  }
  if (box) {
    box.checked = localStorage.getItem(key) !== null;
    form.querySelector("[data-keep]").hidden = false;
  }
  const keep = (sentToken) => {
    forget(key);
    const text = JSON.stringify({ pairs: read(form), token: sentToken });
    (box?.checked ? localStorage : sessionStorage).setItem(key, text);
  };
  form.addEventListener("input", () => {
    if (token) token.value = fresh;
    keep();
  });
  form.addEventListener("submit", () => {
    keep(token?.value);
    sessionStorage.setItem(SENDING, key);
  });
}

function start() {
  const sending = sessionStorage.getItem(SENDING);
  if (sending && (document.querySelector("[data-sent]") || location.hash === "#last")) {
    forget(sending);
    sessionStorage.removeItem(SENDING);
  }
  document.querySelectorAll("form[data-draft]").forEach(follow);
}

try {
  start();
} catch {
  // A browser that keeps nothing keeps no drafts either.
}
