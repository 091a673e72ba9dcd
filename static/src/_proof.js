// Proof of work: a task is solved in the background while the person writes. A form sent before that waits for
// it a little; a form without it is still taken, after a wait on a second page.
const PATIENCE = 15_000;
const FRESH = 50 * 60_000;

function search(challenge, address, start, step) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(address, { type: "module" });
    const end = (settle, value) => {
      worker.terminate();
      settle(value);
    };
    worker.onmessage = ({ data }) => (data?.derivedKey ? end(resolve, data) : end(reject, data?.error));
    worker.onerror = () => end(reject);
    worker.postMessage({ type: "work", challenge, counterStart: start, counterStep: step });
  });
}

// The form's name for the server: its token opens the case that it will become, and must stand in no address.
async function nameOf(token) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`proof for form:${token}`));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function solve(form, token) {
  const answer = await fetch(`${form.dataset.proof}?form=${await nameOf(token)}`, { credentials: "omit" });
  const challenge = await answer.json();
  const hands = Math.min(2, navigator.hardwareConcurrency || 1);
  const searches = Array.from({ length: hands }, (_, start) => search(challenge, form.dataset.proofWorker, start, hands));
  const solution = await Promise.any(searches);
  // A draft that came back meanwhile has brought its own token, and there is a newer search for that.
  if (form.elements.token.value === token) form.elements.proof.value = btoa(JSON.stringify({ challenge, solution }));
}

function prove(form) {
  let startedAt;
  let token;
  let work;
  let waits = false;
  const start = () => {
    startedAt = Date.now();
    token = form.elements.token.value;
    form.elements.proof.value = "";
    work = solve(form, token).catch(() => undefined);
  };
  const startAnew = () => {
    if (Date.now() - startedAt > FRESH || form.elements.token.value !== token) start();
  };
  start();
  form.addEventListener("input", startAnew);
  form.addEventListener("submit", async (event) => {
    startAnew();
    // A second click while the first one waits would send the form without its proof.
    if (waits) event.preventDefault();
    if (waits || form.elements.proof.value || form.dataset.waited) return;
    event.preventDefault();
    waits = true;
    form.querySelector("[data-checking]").hidden = false;
    await Promise.race([work, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    waits = false;
    form.dataset.waited = "yes";
    form.requestSubmit(event.submitter);
  });
}

if (globalThis.crypto?.subtle && globalThis.Worker) document.querySelectorAll("form[data-proof]").forEach(prove);
