import { numberZones } from '../../../outbound/number-zones.js';
import type { Database } from '../../db/database.js';
import type { Outbound } from '../../outbound-types.js';
import * as campaigns from './campaigns.js';
import * as dispatch from './dispatch.js';
import * as list from './do-not-call.js';
import { finish } from './finish.js';

/** Outbound calls over a database. @param random - uniform in [0, 1) */
export function outboundOf(db: Database, wallNow: () => number, random: () => number): Outbound {
  const now = (): number => Math.trunc(wallNow());
  return {
    create: (campaign) => campaigns.createCampaign(db, campaign, now()),
    get: (id) => campaigns.findCampaign(db, id),
    list: (query = {}) => campaigns.listCampaigns(db, query),
    change: (id, to) => campaigns.changeCampaign(db, id, to, now()),
    contacts: (campaignId, query = {}) => campaigns.listContacts(db, campaignId, query),
    contact: (id) => campaigns.findContact(db, id),
    planReminders: (plan) => campaigns.planReminders(db, plan, now()),
    lease: (limits) => dispatch.lease(db, limits, numberZones(), now()),
    begin: (attemptId, limits) => dispatch.begin(db, attemptId, limits, now()),
    answered: (attemptId, callId) => dispatch.noteAnswer(db, attemptId, callId, now()),
    renew: (attemptIds) => dispatch.renew(db, attemptIds, now()),
    giveBack: (attemptId) => dispatch.giveBack(db, attemptId, now()),
    finish: (attemptId, end) => finish(db, attemptId, end, { nowMs: now(), random }),
    stopCalls: (stop) => list.addToList(db, stop, now()),
    doNotCall: (query = {}) => list.listNumbers(db, query),
    allowCalls: (id) => list.removeFromList(db, id),
  };
}
