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

async function solve(form) {
  const answer = await fetch(form.dataset.proof, { credentials: "omit" });
  const challenge = await answer.json();
  const hands = Math.min(2, navigator.hardwareConcurrency || 1);
  const searches = Array.from({ length: hands }, (_, start) => search(challenge, form.dataset.proofWorker, start, hands));
  const solution = await Promise.any(searches);
  form.elements.proof.value = btoa(JSON.stringify({ challenge, solution }));
}

function prove(form) {
  let startedAt;
  let work;
  const start = () => {
    startedAt = Date.now();
    form.elements.proof.value = "";
    work = solve(form).catch(() => undefined);
  };
  start();
  form.addEventListener("submit", async (event) => {
    if (Date.now() - startedAt > FRESH) start();
    if (form.elements.proof.value || form.dataset.waited) return;
    event.preventDefault();
    form.dataset.waited = "yes";
    form.querySelector("[data-checking]").hidden = false;
    await Promise.race([work, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    form.requestSubmit(event.submitter);
  });
}

if (globalThis.crypto?.subtle && globalThis.Worker) document.querySelectorAll("form[data-proof]").forEach(prove);
