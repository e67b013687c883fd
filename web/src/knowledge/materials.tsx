import { useState, type ReactNode } from 'react';
import type { MaterialView } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useMay } from '../session.js';
import { Badge, Card, Dialog, Table } from '../ui/parts.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';
import { uploadMaterial } from './upload.js';

/** Documents that were uploaded or read from a site. */
export function Materials(): ReactNode {
  const may = useMay();
  const materials = useApi(['materials'], (signal) => api.materials.list({ limit: 200 }, signal), 10_000);
  const [asked, setAsked] = useState<MaterialView>();
  return (
    <Card title="Materials">
      {may('knowledge.write') && <Upload />}
      <View query={materials} isEmpty={({ total }) => total === 0} empty="No document was uploaded yet.">
        {({ items }) => (
          <Table label="Materials" columns={['Title', 'From', 'State', 'Versions', 'Valid', 'Changed', '']}>
            {items.map((material) => (
              <tr key={material.id}>
                <td className="wrap">{material.title}</td>
                <td className="wrap">{material.file_path}</td>
                <td>
                  <Badge tone={material.status === 'ready' ? 'good' : 'info'}>{material.status}</Badge>
                </td>
                <td className="num">{material.versions.length}</td>
                <td>{validOf(material)}</td>
                <td>
                  <When at={material.updated_at} />
                </td>
                <td>
                  {may('knowledge.write') && (
                    <button
                      type="button"
                      className="small"
                      aria-label={`Remove ${material.title}`}
                      onClick={() => setAsked(material)}
                    >
                      Remove…
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </View>
      {asked !== undefined && <Remove material={asked} onClose={() => setAsked(undefined)} />}
    </Card>
  );
}

function validOf({ versions: [newest] }: MaterialView): string {
  const day = (at: string | null | undefined): string => at?.slice(0, 10) ?? '';
  if (newest === undefined || (newest.valid_from === null && newest.valid_until === null)) return 'always';
  return `${day(newest.valid_from) || '…'} to ${day(newest.valid_until) || '…'}`;
}

/** By button or by dropping a file. */
function Upload(): ReactNode {
  const { isBusy, run } = useAction('materials');
  const [share, setShare] = useState<number>();
  const send = async (files: FileList | null): Promise<void> => {
    for (const file of files ?? []) {
      setShare(0);
      await run(() => uploadMaterial(file, setShare), `${file.name} can be asked.`);
    }
    setShare(undefined);
  };
  return (
    <div
      className="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void send(event.dataTransfer.files);
      }}
    >
      <label>
        Add a document (PDF, Word, HTML, Markdown, CSV or text), or drop it here{' '}
        <input
          type="file"
          disabled={isBusy}
          accept=".pdf,.docx,.html,.htm,.md,.csv,.txt"
          onChange={({ target }) => void send(target.files).then(() => (target.value = ''))}
        />
      </label>
      {share !== undefined && <progress max={1} value={share} aria-label="Upload" />}
    </div>
  );
}

function Remove(props: { readonly material: MaterialView; readonly onClose: () => void }): ReactNode {
  const { material, onClose } = props;
  const { isBusy, run } = useAction('materials');
  const remove = async (): Promise<void> => {
    if (await run(() => api.materials.remove(material.id), `${material.title} is removed.`)) onClose();
  };
  return (
    <Dialog title={`Remove "${material.title}"?`} onClose={onClose}>
      <p>It answers no more, in none of its versions. The text is gone.</p>
      <button type="button" className="danger" disabled={isBusy} onClick={() => void remove()}>
        Remove it
      </button>
    </Dialog>
  );
}
