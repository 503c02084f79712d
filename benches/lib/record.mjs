// What the rounds of a suite came to, table by table, row by row, round by round. Nothing is summed up here: the page is made
// of the single figures, so that it can be made again in another way.

export class Record {
  #tables;

  /** `tables` as the suites define them. */
  constructor(tables) {
    this.#tables = Object.fromEntries(tables.map((table) => [table.id, { ...table, rounds: 0, rows: {} }]));
  }

  /** Figures of one row in one round, by the ids of their tables; `{ fault, of }` where there are none, with the
   *  tables that miss them. */
  note(round, row, { fault, of: missed, ...figures }) {
    for (const id of fault ? missed : Object.keys(figures)) {
      const table = this.#tables[id];
      if (!table) throw new Error(`there is no table ${id}`);
      const of = (table.rows[row] ??= { values: [], failures: [] });
      if (fault) {
        of.failures.push(`round ${round + 1}: ${String(fault.message ?? fault).split('\n')[0]}`);
      } else {
        of.values[round] = Number(figures[id].toPrecision(6));
        table.rounds = Math.max(table.rounds, round + 1);
      }
    }
  }

  /** Those that any figure was noted of; a round without one is `null` there. */
  tables() {
    const filled = Object.entries(this.#tables).filter(([, { rounds }]) => rounds > 0);
    return Object.fromEntries(filled.map(([id, table]) => {
      const rows = Object.entries(table.rows)
        .filter(([, { values, failures }]) => values.length > 0 || failures.length > 0)
        .map(([name, { values, failures }]) => [name, {
          values: Array.from({ length: table.rounds }, (_, round) => values[round] ?? null),
          ...(failures.length > 0 ? { failures } : {}),
        }]);
      return [id, { ...table, rows: Object.fromEntries(rows) }];
    }));
  }
}
