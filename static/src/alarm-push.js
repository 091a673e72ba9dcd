// Asks for leave to knock, only when somebody presses the button, and hands our server the browser's address.
const button = document.querySelector("[data-push]");

const bytesOf = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
};

async function allow() {
  if ((await Notification.requestPermission()) !== "granted") return;
  const worker = `${button.dataset.worker}?say=${encodeURIComponent(button.dataset.say)}`;
  const registered = await navigator.serviceWorker.register(worker);
  const known = await registered.pushManager.getSubscription();
  const options = { userVisibleOnly: true, applicationServerKey: bytesOf(button.dataset.push) };
  const subscription = known ?? (await registered.pushManager.subscribe(options));
  button.form.elements.url.value = subscription.endpoint;
  button.form.requestSubmit();
}

if (button && "PushManager" in window) {
  button.hidden = false;
  button.addEventListener("click", allow);
}
