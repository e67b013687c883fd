import { confinedFolder, loadKnowledge } from '../dialog/knowledge/documents.js';
import { openTts } from '../speech/index.js';
import { createMetrics } from '../telemetry/index.js';
import type { Config } from './config/index.js';
import { loadOffice } from './engines.js';
import { speechOptions } from './roles/speech.js';

/**
 * Looks at everything that settings name on this machine, as a start would: pack, prompts, documents, voices.
 *
 * @throws LeibnizError as a start
 */
export async function checkOffline(config: Config): Promise<void> {
  const { pack } = await loadOffice(config);
  const documents = config.knowledge.baseDir ?? pack.knowledgeBaseDir;
  await loadKnowledge(await confinedFolder(documents, [documents]));
  const tts = await openTts(speechOptions(config, pack, createMetrics('program')));
  await tts.close();
}
