// Copies the icons that pages use, and no others, to where the `icon` tag reads them.
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";

const from = "node_modules/bootstrap-icons/icons";
const to = "static/dist/icons";

mkdirSync(to, { recursive: true });
for (const name of readFileSync("static/src/icons.txt", "utf8").split(/\s+/).filter(Boolean)) {
  copyFileSync(`${from}/${name}.svg`, `${to}/${name}.svg`);
}
