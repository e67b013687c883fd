import { LeibnizError } from '../../kernel/errors.js';
import { seededRng } from '../../kernel/rng.js';
import { wallMs } from '../../kernel/time.js';
import { mayDial, refusalOf, type DispatchFacts, type HouseLimits } from '../../outbound/core/dispatch.js';
import type { Outcome } from '../../outbound/core/outcome.js';
import { afterAttempt, dueReminder } from '../../outbound/core/progress.js';
import { counts } from '../../outbound/core/retry.js';
import { stopReason, type StopReason } from '../../outbound/core/rules.js';
import { numberZones } from '../../outbound/number-zones.js';
import {
  CONTACT_STATES,
  LEASE_MS,
  MAX_CONTACTS,
  REMINDERS_ID,
  type AttemptEnd,
  type Campaign,
  type CampaignQuery,
  type Contact,
  type ContactQuery,
  type ContactState,
  type DoNotCall,
  type LeaseAnswer,
  type NewCampaign,
  type NewContact,
  type Outbound,
  type ReminderPlan,
} from '../outbound-types.js';
import type { Page, Paging } from '../paging.js';
import {
  rank,
  viewContact,
  type AttemptRow,
  type CampaignRow,
  type ContactRow,
} from './fake-outbound-rows.js';
import type { FakeCalendar } from './fake-calendar.js';
import type { FakeLink } from './fake-link.js';
import { pageOf } from './fake-lists.js';

/** Outbound calls in memory. It keeps the contract of {@link Outbound}. */
export class FakeOutbound implements Outbound {
  readonly #campaigns = new Map<string, CampaignRow>();
  readonly #contacts: ContactRow[] = [];
  readonly #stopped = new Map<string, DoNotCall>();
  readonly #rng = seededRng(1);
  /** Of the last leases. */
  readonly #leasedAt: number[] = [];

  constructor(
    private readonly link: FakeLink,
    private readonly calendar: FakeCalendar,
  ) {}

  create(campaign: NewCampaign): Promise<Campaign> {
    const { contacts, idempotencyKey: key, ...facts } = campaign;
    return this.link.commit(() => {
      if (contacts.length === 0 || contacts.length > MAX_CONTACTS) {
        throw new LeibnizError('BAD_REQUEST', `A campaign has 1 to ${MAX_CONTACTS} contacts.`, {
          field: 'contacts',
        });
      }
      const known = [...this.#campaigns.values()].find((one) => one.key === key);
      if (known !== undefined) return this.#view(known);
      const made = this.#campaign(this.link.id('campaign'), key, facts);
      for (const contact of contacts) this.#add(made, contact, Math.max(this.#now, facts.startsAtMs ?? 0));
      return this.#view(made);
    });
  }

  get(id: string): Promise<Campaign | undefined> {
    return this.link.answer(() => {
      const found = this.#campaigns.get(id);
      return found && this.#view(found);
    });
  }

  list(query: CampaignQuery = {}): Promise<Page<Campaign>> {
    return this.link.answer(() => {
      const items = [...this.#campaigns.values()]
        .filter(
          ({ status, origin }) => (query.status ?? status) === status && (query.origin ?? origin) === origin,
        )
        .reverse();
      const page = pageOf(items, query);
      return { items: page.items.map((one) => this.#view(one)), total: page.total };
    });
  }

  change(id: string, to: 'running' | 'paused' | 'cancelled'): Promise<Campaign | undefined> {
    return this.link.commit(() => {
      const found = this.#campaigns.get(id);
      if (found === undefined || found.status === to) return found && this.#view(found);
      if (found.status === 'cancelled' || found.status === 'done') {
        throw new LeibnizError('CONFLICT', 'The campaign is over; what is over does not begin again.', {
          field: 'id',
        });
      }
      found.status = to;
      delete found.stopped;
      if (to === 'cancelled') for (const one of this.#of(id, 'waiting')) one.state = 'cancelled';
      return this.#view(found);
    });
  }

  contacts(campaignId: string, query: ContactQuery = {}): Promise<Page<Contact>> {
    return this.link.answer(() => {
      const items = this.#contacts.filter(
        (one) =>
          one.campaignId === campaignId &&
          (query.state ?? one.state) === one.state &&
          (query.outcome ?? one.outcome) === one.outcome,
      );
      const page = pageOf(items, query);
      return { items: page.items.map(viewContact), total: page.total };
    });
  }

  contact(id: string): Promise<Contact | undefined> {
    return this.link.answer(() => {
      const found = this.#contacts.find((one) => one.id === id);
      return found && viewContact(found);
    });
  }

  planReminders({ beforeMin, rules }: ReminderPlan): Promise<number> {
    return this.link.commit(() => {
      for (const one of this.#of(REMINDERS_ID, 'waiting')) {
        if (!this.#holds(one)) Object.assign(one, { state: 'refused', refusal: 'no_longer_true' });
      }
      let added = 0;
      for (const appointment of this.calendar.standing) {
        const { id, pii, createdAtMs, startsAtMs } = appointment;
        const due = dueReminder(appointment, beforeMin, this.#now);
        if (due === undefined || pii.callerNumber === undefined) continue;
        const facts = { name: 'Reminders', purpose: 'reminder', origin: 'reminders', rules } as const;
        const expiresAtMs = wallMs(Number.MAX_SAFE_INTEGER);
        const made =
          this.#campaigns.get(REMINDERS_ID) ??
          this.#campaign(REMINDERS_ID, REMINDERS_ID, { ...facts, expiresAtMs });
        Object.assign(made, { rules });
        const contact = {
          ...{ key: due.key, appointmentId: id, consent: { source: 'appointment', atMs: createdAtMs } },
          pii: { number: pii.callerNumber, name: pii.userName },
        };
        if (this.#add(made, contact, this.#now, due.expiresAtMs, startsAtMs)) added++;
      }
      return added;
    });
  }

  lease(limits: HouseLimits): Promise<LeaseAnswer> {
    return this.link.commit(() => this.#lease(limits));
  }

  begin(attemptId: string, limits: HouseLimits): Promise<boolean> {
    return this.link.commit(() => {
      const { contact, attempt } = this.#attempt(attemptId) ?? {};
      if (contact === undefined || attempt?.state !== 'leased' || attempt.untilMs <= this.#now) return false;
      const reason = refusalOf(this.#facts(contact), limits);
      const isRunning = this.#campaigns.get(contact.campaignId)?.status === 'running';
      if (reason === undefined && isRunning) {
        Object.assign(attempt, { state: 'dialling', dialledAtMs: this.#now, untilMs: this.#now + LEASE_MS });
        return true;
      }
      this.#unused(contact, attempt);
      if (reason !== undefined) this.#refuse(contact, reason);
      return false;
    });
  }

  answered(attemptId: string, callId: string): Promise<void> {
    return this.link.commit(() => {
      const { attempt } = this.#attempt(attemptId) ?? {};
      if (attempt?.state !== 'dialling') return;
      const untilMs = this.#now + LEASE_MS;
      Object.assign(attempt, { state: 'answered', answeredAtMs: this.#now, callId, untilMs });
    });
  }

  renew(attemptIds: readonly string[]): Promise<void> {
    return this.link.commit(() => {
      for (const id of attemptIds) {
        const { attempt } = this.#attempt(id) ?? {};
        if (attempt?.state === 'dialling' || attempt?.state === 'answered') {
          attempt.untilMs = this.#now + LEASE_MS;
        }
      }
    });
  }

  giveBack(attemptId: string): Promise<void> {
    return this.link.commit(() => {
      const { contact, attempt } = this.#attempt(attemptId) ?? {};
      if (contact !== undefined && attempt?.state === 'leased') this.#unused(contact, attempt);
    });
  }

  finish(attemptId: string, end: AttemptEnd): Promise<void> {
    return this.link.commit(() => this.#finish(attemptId, end));
  }

  stopCalls(stop: Parameters<Outbound['stopCalls']>[0]): Promise<DoNotCall> {
    return this.link.commit(() => this.#stop(stop));
  }

  doNotCall(query: Paging & { readonly number?: string } = {}): Promise<Page<DoNotCall>> {
    return this.link.answer(() => {
      const items = [...this.#stopped.values()].reverse();
      return pageOf(
        items.filter(({ pii }) => (query.number ?? pii.number) === pii.number),
        query,
      );
    });
  }

  allowCalls(id: string): Promise<boolean> {
    return this.link.commit(() => {
      const found = [...this.#stopped.values()].find((one) => one.id === id);
      return found !== undefined && this.#stopped.delete(found.pii.number);
    });
  }

  get #now(): number {
    return Math.trunc(this.link.scheduler.wall());
  }

  #campaign(
    id: string,
    key: string,
    facts: Omit<NewCampaign, 'contacts' | 'idempotencyKey' | 'origin'> & Pick<Campaign, 'origin'>,
  ): CampaignRow {
    const nowMs = wallMs(this.#now);
    const row: CampaignRow = { ...facts, id, key, status: 'running', createdAtMs: nowMs, updatedAtMs: nowMs };
    this.#campaigns.set(id, row);
    return row;
  }

  #add(to: CampaignRow, contact: NewContact, dueMs: number, endsMs?: number, startsMs?: number): boolean {
    const key = contact.key ?? contact.pii.number;
    if (this.#contacts.some((one) => one.campaignId === to.id && one.key === key)) return false;
    const { appointmentId } = contact;
    const at =
      startsMs ??
      (appointmentId === undefined ? undefined : this.calendar.current(appointmentId)?.startsAtMs);
    const expiresAtMs = Math.min(to.expiresAtMs, endsMs ?? at ?? to.expiresAtMs);
    const facts = { id: this.link.id('contact'), campaignId: to.id, state: 'waiting' as const, rows: [] };
    this.#contacts.push({
      ...contact,
      ...facts,
      key,
      expiresAtMs,
      appointmentAtMs: at,
      dueMs: Math.trunc(dueMs),
    });
    return true;
  }

  #of(campaignId: string, state: ContactState): ContactRow[] {
    return this.#contacts.filter((one) => one.campaignId === campaignId && one.state === state);
  }

  #view({ key: _key, ...facts }: CampaignRow): Campaign {
    const byState = CONTACT_STATES.map((state) => [state, this.#of(facts.id, state).length] as const);
    return { ...facts, contacts: Object.fromEntries(byState) as Campaign['contacts'] };
  }

  #attempt(id: string): { readonly contact: ContactRow; readonly attempt: AttemptRow } | undefined {
    for (const contact of this.#contacts) {
      const attempt = contact.rows.find((one) => one.id === id);
      if (attempt !== undefined) return { contact, attempt };
    }
    return undefined;
  }

  #holds({ campaignId, appointmentId, appointmentAtMs }: ContactRow): boolean {
    if (this.#campaigns.get(campaignId)?.purpose !== 'reminder') return true;
    const appointment = appointmentId === undefined ? undefined : this.calendar.current(appointmentId);
    if (appointment?.status !== 'booked') return false;
    return appointment.startsAtMs > this.#now && appointment.startsAtMs === appointmentAtMs;
  }

  #facts(contact: ContactRow): DispatchFacts {
    const { pii, zone, consent, expiresAtMs, campaignId } = contact;
    const campaign = this.#campaigns.get(campaignId);
    if (campaign === undefined) throw new Error('a contact belongs to a campaign');
    return {
      ...{ nowMs: this.#now, number: pii.number, zone, consent, expiresAtMs, rules: campaign.rules },
      isOnDoNotCallList: this.#stopped.has(pii.number),
      stillHolds: this.#holds(contact),
      attempts: this.#contacts
        .filter((one) => one.pii.number === pii.number)
        .flatMap((one) => one.rows.filter(({ state }) => one !== contact || state !== 'leased'))
        .map(({ leasedAtMs: atMs, outcome, counts: isOne }) => ({
          atMs,
          outcome: outcome ?? 'live',
          counts: isOne,
        })),
    };
  }

  #lease(limits: HouseLimits): LeaseAnswer {
    this.#expire();
    const nowMs = this.#now;
    // Whoever is called has one attempt that has not ended.
    const live = this.#contacts.filter(({ state }) => state === 'calling').length;
    const lastSecond = this.#leasedAt.filter((atMs) => atMs > nowMs - 1000).length;
    if (live >= limits.maxCalls || lastSecond >= limits.callsPerSecond) return { type: 'none', why: 'full' };
    const due = this.#contacts
      .filter((one) => one.state === 'waiting' && one.dueMs <= nowMs)
      .map((one) => ({ one, campaign: this.#campaigns.get(one.campaignId) }))
      .flatMap(({ one, campaign }) => (campaign?.status === 'running' ? [{ one, campaign }] : []))
      .filter(({ campaign }) => this.#of(campaign.id, 'calling').length < campaign.rules.maxConcurrent)
      .sort((a, b) => rank(b.campaign) - rank(a.campaign) || a.one.dueMs - b.one.dueMs);
    for (const { one, campaign } of due) {
      const verdict = mayDial(this.#facts(one), limits, numberZones());
      if (verdict.type === 'never') this.#refuse(one, verdict.reason);
      else if (verdict.type === 'later') one.dueMs = Math.ceil(verdict.atMs);
      else return { type: 'lease', lease: this.#take(one, campaign) };
    }
    return { type: 'none', why: 'idle' };
  }

  #take(
    contact: ContactRow,
    { purpose, topic, rules }: CampaignRow,
  ): Extract<LeaseAnswer, { type: 'lease' }>['lease'] {
    const [attemptId, nowMs] = [this.link.id('attempt'), wallMs(this.#now)];
    const untilMs = wallMs(nowMs + LEASE_MS);
    contact.rows.push({ id: attemptId, leasedAtMs: nowMs, state: 'leased', untilMs, counts: true });
    contact.state = 'calling';
    this.#leasedAt.push(nowMs);
    this.#leasedAt.splice(0, this.#leasedAt.length - 100);
    const { id: contactId, campaignId, appointmentId, pii } = contact;
    const appointment = appointmentId === undefined ? undefined : this.calendar.current(appointmentId);
    return {
      ...{ attemptId, contactId, campaignId, purpose, ringMs: rules.ringMs, untilMs, pii },
      ...(topic === undefined ? {} : { topic }),
      ...(appointment === undefined ? {} : { appointment }),
    };
  }

  #expire(): void {
    const nowMs = this.#now;
    for (const contact of this.#contacts) {
      if (contact.state !== 'calling') continue;
      for (const attempt of contact.rows) {
        if (attempt.state === 'ended' || attempt.untilMs > nowMs) continue;
        if (attempt.state === 'leased') {
          this.#unused(contact, attempt);
          continue;
        }
        Object.assign(attempt, { state: 'ended', endedAtMs: this.#now, outcome: 'unknown' });
        Object.assign(contact, { state: 'done', outcome: 'unknown' });
        this.#close(contact.campaignId);
      }
    }
  }

  #unused(contact: ContactRow, attempt: AttemptRow): void {
    Object.assign(attempt, { state: 'ended', endedAtMs: this.#now, outcome: 'not_dialled', counts: false });
    const isOver = this.#campaigns.get(contact.campaignId)?.status === 'cancelled';
    Object.assign(contact, { state: isOver ? 'cancelled' : 'waiting', dueMs: this.#now });
  }

  #refuse(contact: ContactRow, reason: NonNullable<Contact['refusal']>): void {
    if (reason === 'expired') {
      Object.assign(contact, { state: 'done', outcome: contact.outcome ?? 'expired' });
    } else Object.assign(contact, { state: 'refused', refusal: reason });
    this.#close(contact.campaignId);
  }

  #finish(attemptId: string, { decided, ...detail }: AttemptEnd): void {
    const { contact, attempt } = this.#attempt(attemptId) ?? {};
    if (contact === undefined || attempt === undefined || attempt.state === 'leased') return;
    if (attempt.state === 'ended' && attempt.outcome !== 'unknown') return;
    const campaign = this.#campaigns.get(contact.campaignId);
    if (campaign === undefined) return;
    const { rules } = campaign;
    const { outcome, source } = decided;
    const ended = { state: 'ended', endedAtMs: this.#now, outcome, source };
    Object.assign(attempt, detail, ended, { counts: counts(outcome, rules.retry) });
    if (outcome === 'opted_out' || outcome === 'unwanted') {
      this.#stop({ source: outcome === 'unwanted' ? 'network' : 'words', pii: contact.pii });
    }
    const history = contact.rows.flatMap(({ outcome: one }) =>
      one === undefined || one === 'unknown' || one === 'not_dialled' ? [] : [one],
    ) satisfies Outcome[];
    const facts = {
      rules,
      nowMs: this.#now,
      expiresAtMs: contact.expiresAtMs,
      random: () => this.#rng.float(),
    };
    const after = afterAttempt(history, decided, facts);
    const isOver = after.state === 'waiting' && campaign.status === 'cancelled';
    Object.assign(contact, { state: isOver ? 'cancelled' : after.state, outcome });
    if (detail.result !== undefined) contact.result = detail.result;
    if (after.state === 'waiting') contact.dueMs = after.nextAtMs;
    this.#judge(campaign, outcome);
    this.#close(campaign.id);
  }

  #stop({ source, callId, pii }: Parameters<Outbound['stopCalls']>[0]): DoNotCall {
    const known = this.#stopped.get(pii.number);
    if (known !== undefined) return known;
    const createdAtMs = wallMs(this.#now);
    const entry = { id: this.link.id('stop'), source, createdAtMs, pii: { number: pii.number } };
    const stopped = callId === undefined ? entry : { ...entry, callId };
    this.#stopped.set(pii.number, stopped);
    return stopped;
  }

  #judge(campaign: CampaignRow, outcome: Outcome): void {
    const pause = (one: CampaignRow, stopped: StopReason): void => {
      if (one.status === 'running') Object.assign(one, { status: 'paused', stopped });
    };
    if (outcome === 'account') {
      for (const one of this.#campaigns.values()) pause(one, 'trunk_refused');
      return;
    }
    const ended = this.#contacts
      .filter((one) => one.campaignId === campaign.id)
      .flatMap(({ rows }) => rows.filter(({ state }) => state === 'ended'));
    const reason = stopReason(
      {
        attempts: ended.filter((one) => one.counts).length,
        answered: ended.filter((one) => one.answeredAtMs !== undefined).length,
        short: ended.filter((one) => one.outcome === 'human_short').length,
      },
      campaign.rules,
    );
    if (reason !== undefined) pause(campaign, reason);
  }

  #close(campaignId: string): void {
    const campaign = this.#campaigns.get(campaignId);
    if (campaign === undefined || campaign.id === REMINDERS_ID || campaign.status === 'cancelled') return;
    const left = this.#of(campaignId, 'waiting').length + this.#of(campaignId, 'calling').length;
    if (left === 0) campaign.status = 'done';
  }
}
