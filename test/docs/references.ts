/**
 * The files of the repository that are made from code, and how each is made.
 */
import { ALERTS_PAGE, alertsPage } from './alerts-page.ts'
import { asyncApiText } from './asyncapi.ts'
import { PYTHON_CLIENT_PATH, pythonClientText } from './clients/python.ts'
import { REST_TYPES_PATH, restTypesText } from './clients/typescript.ts'
import { commandsPage } from './commands.ts'
import { configurationPage } from './configuration.ts'
import { architecturePage } from './layers.ts'
import { MONITORING_PAGE, monitoringPage } from './monitoring-page.ts'
import { openApiText } from './openapi.ts'
import { BUILT_IN_PAGE, builtInPage } from './strategy-params.ts'
import { TERMINAL_WORDS_PATH, terminalWords } from './terminal-words.ts'

export const REFERENCES: readonly (readonly [path: string, make: () => string | Promise<string>])[] = [
  // First: the page of the commands asks the terminal, which reads it.
  [TERMINAL_WORDS_PATH, terminalWords],
  ['docs/configuration.md', configurationPage],
  ['docs/commands.md', commandsPage],
  [ALERTS_PAGE, alertsPage],
  ['docs/openapi.json', openApiText],
  ['docs/asyncapi.json', asyncApiText],
  [REST_TYPES_PATH, restTypesText],
  [PYTHON_CLIENT_PATH, pythonClientText],
  ['docs/architecture.md', architecturePage],
  [BUILT_IN_PAGE, builtInPage],
  [MONITORING_PAGE, monitoringPage],
]
