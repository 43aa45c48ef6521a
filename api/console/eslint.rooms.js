/* Who imports whom: app → features → everything else; no feature another. And where it is asked what a
   person may see. A feature is a folder of src with a page in it, so that a new one is covered. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const SOURCES = path.join(import.meta.dirname, "src");
const POLICY = "src/session/policy.ts";

export function featuresOf(sources) {
  return readdirSync(sources, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "app")
    .map((entry) => entry.name)
    .filter((name) =>
      readdirSync(path.join(sources, name), { recursive: true }).some((file) => file.endsWith("Page.tsx")),
    )
    .sort();
}

export const FEATURES = existsSync(SOURCES) ? featuresOf(SOURCES) : [];

/** Every way one module names another: import, export … from, import(). */
function forbidding(folders, message) {
  const from = `[source.value=/^(\\.\\.\\u002F)+(${folders.join("|")})(\\u002F|$)/]`;
  return ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration", "ImportExpression"].map(
    (kind) => ({ selector: kind + from, message }),
  );
}

const ASKED_ELSEWHERE = [
  {
    selector: "MemberExpression[property.name='permissions']",
    message: `What a person may see is asked in ${POLICY}: useMay().`,
  },
  {
    selector: "BinaryExpression > MemberExpression[property.name='role'], SwitchStatement > MemberExpression[property.name='role']",
    message: `Ask for a permission, never for a role: useMay() of ${POLICY}.`,
  },
  {
    selector: "MemberExpression[object.property.name='school'][property.name='name']",
    message: "A school's name is told in the reader's language: schoolName() of src/schools/schoolName.ts.",
  },
];

function rules(selectors) {
  return { "no-restricted-syntax": ["error", ...selectors] };
}

export const ROOMS = [
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: rules([
      ...ASKED_ELSEWHERE,
      ...forbidding(["app", ...FEATURES], "What all features share imports no feature, and not the app."),
    ]),
  },
  ...FEATURES.map((feature) => ({
    files: [`src/${feature}/**/*.{ts,tsx}`],
    rules: rules([
      ...ASKED_ELSEWHERE,
      ...forbidding(
        ["app", ...FEATURES.filter((other) => other !== feature)],
        "No feature imports another, or the app: what they share has a folder of its own, without a page.",
      ),
    ]),
  })),
  { files: ["src/app/**/*.{ts,tsx}", "src/main.tsx"], rules: rules(ASKED_ELSEWHERE) },
  { files: [POLICY], rules: rules(forbidding(["app", ...FEATURES], "Shared: it imports no feature, and not the app.")) },
];
