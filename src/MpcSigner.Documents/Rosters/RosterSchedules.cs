using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Rosters;

/// <summary>Reads the schedules of a roster: each is a standing order, so that nothing of it is guessed.</summary>
internal static class RosterSchedules
{
    /// <summary>Null when one is wrong: its errors are recorded.</summary>
    public static IReadOnlyList<RosterSchedule>? Read(YamlMap root)
    {
        if (!root.Has("schedules"))
        {
            _ = root.Maps("schedules", 0, Roster.MaxSchedules, optional: true);
            return [];
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        var schedules = root.Maps("schedules", 0, Roster.MaxSchedules)?.Select(map => ReadSchedule(map, names)).ToList();
        return schedules is null || schedules.Contains(null) ? null : [.. schedules.OfType<RosterSchedule>()];
    }

    private static RosterSchedule? ReadSchedule(YamlMap map, HashSet<string> names)
    {
        var name = map.Text("name", TextRule.Name);
        if (name is not null && !names.Add(name))
            map.Fail("name", $"another schedule has the name '{name}'");
        var label = map.Text("label", TextRule.Label, optional: true);
        var keys = ReadKeys(map);
        if (map.Has("label") && map.Has("keys"))
            map.Fail("keys", "a schedule selects by label or names keys, not both; without either it is for all keys");
        var from = map.Item("from") is { } item && item.TryTime(out var time) ? time : (DateTimeOffset?)null;
        var every = map.Duration("every", RosterDocument.MinEvery, RosterDocument.MaxEvery);
        var jitter = map.Duration("jitter", TimeSpan.Zero, RosterDocument.MaxEvery, optional: true);
        // A key's time of one instance would fall into the next.
        if (every is { } period && jitter >= period)
            map.Fail("jitter", "must be less than 'every'");
        return name is null || keys is null || from is null || every is null ? null
            : new(name, label ?? "", keys, from.Value, every.Value, jitter ?? TimeSpan.Zero);
    }

    private static IReadOnlyList<KeyId>? ReadKeys(YamlMap map)
    {
        if (!map.Has("keys"))
        {
            _ = map.Items("keys", 1, RosterSchedule.MaxKeys, optional: true);
            return [];
        }
        if (map.Items("keys", 1, RosterSchedule.MaxKeys) is not { } items)
            return null;
        var keys = new List<KeyId>(items.Count);
        var seen = new HashSet<Bytes32>();
        foreach (var item in items)
        {
            if (!item.TryBytes32(out var key))
                continue;
            if (!seen.Add(key))
                item.Fail("this key is named already");
            keys.Add(new(key));
        }
        return keys;
    }
}
