/** The prompts in use: by name, so that the bundle leaves out the others and what they need. */
export { confirm, input, search, select } from "@inquirer/prompts";
