import type { ReactNode } from 'react';
import type { SettingView } from '../../../src/client/types.js';
import { api, useApi } from '../api.js';
import { useUrlState } from '../url-state.js';
import { SearchBox } from '../ui/search-box.js';
import { Badge, Card, PageHead, Table } from '../ui/parts.js';
import { View } from '../ui/view.js';

/** The settings in force. They are changed where the program is started. */
export default function Settings(): ReactNode {
  const [values, change] = useUrlState();
  const { q = '', origin } = values;
  const settings = useApi(['settings'], (signal) => api.system.settings(signal));
  const fits = (setting: SettingView): boolean =>
    (origin === undefined || setting.origin === origin) &&
    `${setting.key} ${setting.description}`.toLowerCase().includes(q.toLowerCase());
  return (
    <>
      <PageHead
        title="Settings"
        note="Set in the environment or in .env; a change needs a new start. Secrets are hidden."
      />
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchBox label="Search" hint="name or meaning" value={q} onSearch={(text) => change({ q: text })} />
        <label>
          Origin
          <select value={origin ?? ''} onChange={({ target }) => change({ origin: target.value })}>
            <option value="">All</option>
            <option value="environment">Set</option>
            <option value="default">Default</option>
          </select>
        </label>
      </form>
      <View query={settings} isEmpty={({ items }) => !items.some(fits)} empty="No setting fits.">
        {({ items }) => {
          const shown = items.filter(fits);
          return [...new Set(shown.map(({ group }) => group))].map((group) => (
            <Card key={group} title={group}>
              <Table label={group} columns={['Setting', 'Value', 'Origin', 'Meaning']}>
                {shown
                  .filter((setting) => setting.group === group)
                  .map((setting) => (
                    <tr key={setting.key}>
                      <td>
                        <code>{setting.key}</code>
                      </td>
                      <td className="wrap">
                        {setting.value === null || setting.value === '' ? (
                          <span className="muted">unset</span>
                        ) : (
                          <code>{setting.value}</code>
                        )}
                      </td>
                      <td>
                        <Badge tone={setting.origin === 'environment' ? 'info' : 'plain'}>
                          {setting.origin === 'environment' ? 'set' : 'default'}
                        </Badge>
                      </td>
                      <td className="wrap muted">{setting.description}</td>
                    </tr>
                  ))}
              </Table>
            </Card>
          ));
        }}
      </View>
    </>
  );
}
