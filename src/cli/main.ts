#!/usr/bin/env node
import { runCli } from './program.js';

/** Time for what is still to be written before a failed command ends, whatever holds the process, ms. */
const LAST_WORDS_MS = 1000;

process.exitCode = await runCli(process.argv);
// A peer that accepts a connection and says nothing would hold a program that has given up.
if (process.exitCode !== 0) setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
