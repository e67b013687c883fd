/** Types of follow-up jobs. Their payloads hold ids only; what is sent is read when they run. */

/** An appointment was booked: payload `{appointmentId}`. */
export const CONFIRMATION_JOB = 'appointment_confirmation';
/** An appointment was moved: payload `{appointmentId, sequence}`. */
export const CHANGE_JOB = 'appointment_change';
/** An appointment was cancelled: payload `{appointmentId, sequence}`. */
export const CANCELLATION_JOB = 'appointment_cancellation';
/** A caller was promised something: payload `{callbackId}`. */
export const CALLBACK_JOB = 'callback_request';
/** Pages of a site are to be read: payload `CrawlRequest`. */
export const CRAWL_JOB = 'crawl';
/** A time has become free for somebody who waits: payload `{entryId, resource, startsAt}` (ISO 8601, UTC). */
export const OFFER_JOB = 'waitlist_offer';
