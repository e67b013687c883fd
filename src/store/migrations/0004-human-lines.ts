/** A person of the office may speak in a call: their lines stand in the transcript beside those of caller and agent. */
export const sql = `
ALTER TABLE leibniz.turns DROP CONSTRAINT turns_role_check;
ALTER TABLE leibniz.turns ADD CONSTRAINT turns_role_check CHECK (role IN ('user', 'agent', 'human'));
`;
