// Wakes up when somebody is paged. It is told nothing, so it says nothing but where to look.
const say = new URL(self.location).searchParams.get("say") ?? "Recourse";

self.addEventListener("push", (event) => {
  event.waitUntil(self.registration.showNotification("Recourse", { body: say, tag: "alarm", renotify: true }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/console/alarms/"));
});
