using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Schedules;

/// <summary>Reads the keys that a schedule selects, a page at a time: those it names, or all, and looks at each.</summary>
/// <param name="seen">Called for each ACTIVE key that the schedule selects; false ends the scan early.</param>
/// <param name="over">Whether everything was seen.</param>
internal sealed class KeyScan(MachineContext context, RosterSchedule schedule, Func<KeyRow, bool> seen, Action<bool> over)
{
    public void Begin()
    {
        if (schedule.Keys.Count != 0)
            ReadNamed(0);
        else
            ReadPage(null);
    }

    private void ReadNamed(int from)
    {
        KeyId[] chunk = [.. schedule.Keys.Skip(from).Take(StoreLimits.MaxQueriesPerRead)];
        if (chunk.Length == 0)
        {
            over(true);
            return;
        }
        context.Read([.. chunk.Select(key => new StoreQuery.FindKey(key))], answers =>
        {
            if (See(answers.Select(answer => ((StoreAnswer.Key)answer).Row).OfType<KeyRow>()))
                ReadNamed(from + chunk.Length);
            else
                over(false);
        }, _ => over(false));
    }

    private void ReadPage(KeyId? after) => context.Read([new StoreQuery.ListActiveKeys(after)], answers =>
    {
        var page = ((StoreAnswer.Keys)answers[0]).Rows;
        if (!See(page.Where(row => schedule.Label.Length == 0 || string.Equals(row.Label, schedule.Label, StringComparison.Ordinal))))
            over(false);
        else if (page.Count < StoreLimits.MaxPage)
            over(true);
        else
            ReadPage(page[^1].Record.KeyId);
    }, _ => over(false));

    private bool See(IEnumerable<KeyRow> rows) => rows.All(row => row.State != KeyState.Active || seen(row));
}
