/** State of a conversation. JSON-serialisable: a conversation can be saved and resumed. */
export interface DialogState {
  readonly version: 1;
}
