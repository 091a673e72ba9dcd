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

function choose(select, zone) {
  const isIt = (option) => option.value === zone || option.dataset.once?.split(" ").includes(zone);
  const own = [...select.options].find(isIt) ?? new Option(zone.split("/").pop().replaceAll("_", " "), zone);
  if (!own.parentNode) select.add(own);
  own.selected = true;
  show(select);
}

const zone = zoneOfBrowser();
for (const select of document.querySelectorAll(".zone select")) {
  if (zone && select.closest("[data-zone-guess]")) choose(select, zone);
  select.addEventListener("change", () => show(select));
}
