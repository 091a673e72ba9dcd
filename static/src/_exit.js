// Leaving in a hurry: by the button or by Shift three times. The page goes blank before the network answers.
const link = document.querySelector("[data-leave]");

function leave() {
  try {
    sessionStorage.clear();
    // Also what somebody asked to be kept on this device: who leaves in a hurry does not know who looks next.
    localStorage.clear();
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
  document.title = "";
  document.body.replaceChildren();
  window.location.replace(link.href);
}

let presses = [];

function count(event) {
  if (event.key !== "Shift" || event.repeat) {
    presses = [];
    return;
  }
  presses = [...presses.filter((moment) => event.timeStamp - moment < 1500), event.timeStamp];
  if (presses.length === 3) leave();
}

if (link) {
  link.querySelector("[data-leave-keys]").hidden = false;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", count);
}
