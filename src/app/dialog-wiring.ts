import type { DialogContext } from '../dialog/core/context.js';
import { guarded, guardOfPack, type Guard } from '../dialog/core/guard.js';
import { completeness, expectedSpeech, listeningOf } from '../dialog/core/machine/listening.js';
import { step } from '../dialog/core/machine/machine.js';
import { reviveDialog } from '../dialog/core/machine/revive.js';
import { initialDialog } from '../dialog/core/machine/state.js';
import type { DialogPort } from '../session/ports.js';

/** The dialog ring as sessions use it, behind a guard. */
export const dialogBehind = (guardOf: (context: DialogContext) => Guard): DialogPort =>
  guarded(
    {
      initial: initialDialog,
      revive: reviveDialog,
      step,
      listening: listeningOf,
      completeness,
      expected: expectedSpeech,
    },
    guardOf,
  );

/** Behind the guard of its pack. */
export const dialogPort: DialogPort = dialogBehind(guardOfPack);
