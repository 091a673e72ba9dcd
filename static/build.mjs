// Builds static/src into static/dist: styles (left-to-right and right-to-left), scripts, icons and pictures.
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import rtlcss from "rtlcss";
import * as sass from "sass";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const source = path.join(here, "src");
const built = path.join(here, "dist");
const fresh = path.join(here, "dist.new");
const target = ["es2022", "chrome109", "firefox115", "safari16"];

const names = (await readdir(source).catch(() => [])).filter((name) => !name.startsWith("_")).sort();
const ending = (...endings) => names.filter((name) => endings.some((end) => name.endsWith(end)));

async function style(name) {
  const options = { loadPaths: [path.join(root, "node_modules")], quietDeps: true, silenceDeprecations: ["import"] };
  const css = sass.compile(path.join(source, name), options).css;
  const stem = name.replace(/\.scss$/, "");
  // rtlcss reads Bootstrap's remarks, so it comes before the minifier drops them.
  for (const [file, text] of [[`${stem}.css`, css], [`${stem}.rtl.css`, rtlcss.process(css)]]) {
    const small = await esbuild.transform(text, { loader: "css", minify: true, legalComments: "none", target });
    await writeFile(path.join(fresh, file), small.code);
  }
}

async function scripts() {
  await esbuild.build({
    entryPoints: ending(".js").map((name) => path.join(source, name)),
    outdir: fresh,
    bundle: true,
    minify: true,
    format: "esm",
    legalComments: "none",
    target,
    logLevel: "warning",
  });
}

async function icons() {
  await mkdir(path.join(fresh, "icons"));
  if (!names.includes("icons.txt")) return;
  const wanted = (await readFile(path.join(source, "icons.txt"), "utf8")).split(/\s+/).filter(Boolean);
  const from = path.join(root, "node_modules", "bootstrap-icons", "icons");
  await Promise.all(wanted.map((name) => copyFile(path.join(from, `${name}.svg`), path.join(fresh, "icons", `${name}.svg`))));
}

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const pictures = ending(".svg", ".png", ".webmanifest");
await Promise.all([
  ...ending(".scss").map(style),
  scripts(),
  icons(),
  ...pictures.map((name) => copyFile(path.join(source, name), path.join(fresh, name))),
]);
await rm(built, { recursive: true, force: true });
await rename(fresh, built);
