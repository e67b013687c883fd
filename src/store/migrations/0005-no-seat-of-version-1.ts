/**
 * The end of what the second step kept for processes of the first version: their column, and the trigger that read it. Seats are in
 * `occupancies`. A process of the first version can book no longer; none may run when this step is taken.
 */
export const sql = `
DROP TRIGGER seat_of_version_1 ON leibniz.appointments;

DROP FUNCTION leibniz.seat_of_version_1();

ALTER TABLE leibniz.appointments DROP COLUMN advisor;
`;
