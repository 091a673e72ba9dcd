// The console by keyboard. Nothing moves unless the reader moves it.
import "htmx.org";

const rows = () => [...document.querySelectorAll("[data-rows] > .row-item")];
const here = () => rows().findIndex((row) => row.classList.contains("is-at"));
const help = document.querySelector("[data-keys-list]");

function goTo(index) {
  const all = rows();
  if (!all.length) return;
  const row = all[Math.max(0, Math.min(index, all.length - 1))];
  all.forEach((each) => each.classList.toggle("is-at", each === row));
  row.querySelector("a").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function choose() {
  const box = rows()[here()]?.querySelector("input[type=checkbox]");
  box?.click();
}

const moves = {
  j: () => goTo(here() + 1),
  k: () => goTo(here() - 1),
  x: choose,
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => help?.showModal(),
};

// Somebody who writes Persian or Russian has other letters on these keys: what counts then is the key's place.
const OTHER_SIGNS = { "؟": "?", "÷": "/" };
function keyOf(event) {
  const isPlain = event.key.length > 1 || event.key <= "~";
  if (isPlain) return event.key;
  return OTHER_SIGNS[event.key] ?? (event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "");
}

// One key, one thing on the page: the first that is shown and names the key.
function press(key) {
  const named = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((each) => each.checkVisibility());
  named?.click();
  return Boolean(named);
}

document.addEventListener("keydown", (event) => {
  const { target } = event;
  const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (isSend) target.form?.querySelector("[data-send]")?.click();
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") target.blur?.();
  if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  const key = keyOf(event);
  const move = moves[key];
  if (move) move();
  if (move || press(key)) event.preventDefault();
});

function openTab(tab) {
  const panels = [...document.querySelectorAll("[data-panel]")];
  const panel = panels.find((each) => each.dataset.panel === tab.dataset.tab);
  if (!panel) return false;
  panels.forEach((each) => (each.hidden = each !== panel));
  document.querySelectorAll(".tabs a").forEach((each) => each.toggleAttribute("aria-current", each === tab));
  tab.setAttribute("aria-current", "true");
  panel.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  return true;
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab && openTab(tab)) event.preventDefault();
  if (event.target.closest("[data-keys]")) help?.showModal();
  const picture = event.target.closest("[data-unblur]");
  if (picture) {
    const isSharp = picture.getAttribute("aria-pressed") === "true";
    picture.setAttribute("aria-pressed", String(!isSharp));
    picture.querySelector("img").classList.toggle("blurred", isSharp);
  }
});

// A form that decides says on its button what will happen, and opens what that outcome needs.
function sayOutcome({ form, value }) {
  const words = [...form.querySelectorAll("[data-when]")];
  const said = words.find((each) => each.dataset.when === value) ?? words[0];
  words.forEach((each) => (each.hidden = each !== said));
  form.querySelectorAll("[data-opens-when]").forEach((each) => (each.open = each.dataset.opensWhen === value));
}

document.addEventListener("change", (event) => {
  if (event.target.name === "outcome") sayOutcome(event.target);
  event.target.closest(".row-item")?.classList.toggle("is-chosen", event.target.checked);
  event.target.closest("[data-submit-on-change]")?.requestSubmit();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(".row-item");
  if (row) rows().forEach((each) => each.classList.toggle("is-at", each === row));
});

// A small form that a key has opened is ready to be filled in; after a refusal its errors have the focus.
const small = document.querySelector("form[data-first]");
if (small && !document.querySelector(".errors")) {
  const kinds = ["input:checked", "input:not([type=hidden]), select, textarea", "button"];
  kinds.map((kind) => small.querySelector(kind)).find(Boolean)?.focus();
}

// What can be undone for some seconds goes away when it no longer can.
for (const form of document.querySelectorAll("[data-until]")) {
  setTimeout(() => form.remove(), Math.max(0, new Date(form.dataset.until) - Date.now()));
}

// A toast: said once, gone by itself, never the only place where something is said.
document.addEventListener("toast", ({ detail }) => {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = detail.value ?? detail;
  document.querySelector("[data-toasts]").append(toast);
  setTimeout(() => toast.remove(), 8000);
});

// What renews itself waits while somebody is about to click in it: a row must not slip away under the hand.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  const isPoll = target.matches("[data-live]") && requestConfig?.verb === "get";
  if (isPoll && target.querySelector("button:hover, a:active")) event.detail.shouldSwap = false;
});

// After a click its row may be gone, and the focus with it: it goes to the list, not to the top of the page.
document.addEventListener("htmx:afterSettle", ({ detail: { target, requestConfig } }) => {
  if (target.matches("[data-live]") && requestConfig?.verb === "post" && document.activeElement === document.body) target.focus();
});

// A page that cannot renew itself says so.
function sayStale(isStale) {
  const said = document.querySelector("[data-stale]");
  if (said) said.hidden = !isStale;
}
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => event.target.matches("[data-live]") && sayStale(true));
}
document.addEventListener("htmx:afterSwap", (event) => event.target.matches("[data-live]") && sayStale(false));
