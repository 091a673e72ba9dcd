// The receipt: copied or printed by a button. Without this script it is still there to be written down.
for (const print of document.querySelectorAll("[data-print]")) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

for (const receipt of document.querySelectorAll("[data-receipt]")) {
  const copy = receipt.querySelector("[data-copy-receipt]");
  const words = () =>
    [...receipt.querySelectorAll("[data-copy]")]
      .map((part) => [...(part.children.length ? part.children : [part])].map((word) => word.textContent.trim()).join(" "))
      .join("\n");
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(words());
    receipt.querySelector("[data-copied]").hidden = false;
  });
}
