// Whose clock the times are told by: the browser's own, put where the person sees it and can change it.
// A browser that hides where it is says UTC; then the guess by language stands.
function zoneOfBrowser() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  return zone.includes("/") && !zone.startsWith("Etc/") ? zone : "";
}

function show(select) {
  const place = select.closest("details").querySelector("[data-zone-place]");
  place.textContent = select.selectedOptions[0].textContent;
}

for (const select of document.querySelectorAll("[data-zone-guess] select")) {
  const zone = zoneOfBrowser();
  if (zone && ![...select.options].some((option) => option.value === zone)) {
    select.add(new Option(zone.split("/").pop().replaceAll("_", " "), zone));
  }
  if (zone) {
    select.value = zone;
    show(select);
  }
}
for (const select of document.querySelectorAll(".zone select")) select.addEventListener("change", () => show(select));
