using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>What an order must look like before anybody acts on it (spec §9, §10).</summary>
internal static class MaintenanceTermsRules
{
    /// <summary>The first thing wrong, or null.</summary>
    public static MaintenanceTermsFault? Judge(MaintenanceAction action) =>
        JudgePresent(action) ?? action switch
        {
            MaintenanceAction.Refresh => JudgeGenerations(action),
            MaintenanceAction.Reshare reshare => JudgeGenerations(action) ?? JudgeReshare(reshare),
            MaintenanceAction.Recover recover => JudgeRecovery(recover),
            _ => throw new ArgumentException($"unknown action {action.GetType().Name}", nameof(action)),
        };

    private static MaintenanceTermsFault? JudgePresent(MaintenanceAction action)
    {
        if (action.Suite == Suite.None)
            return MaintenanceTermsFault.NoSuite;
        if (action.Attempt == 0)
            return MaintenanceTermsFault.BadAttempt;
        if (!AreKeys(action.Keys))
            return MaintenanceTermsFault.BadKeys;
        if (!AreParties(action.Parties))
            return MaintenanceTermsFault.BadParties;
        return IsThreshold(action.Threshold, action.Parties.Count) ? null : MaintenanceTermsFault.BadThreshold;
    }

    private static MaintenanceTermsFault? JudgeGenerations(MaintenanceAction action) =>
        action.Keys.Any(key => key.Generation == uint.MaxValue) ? MaintenanceTermsFault.LastGeneration : null;

    private static MaintenanceTermsFault? JudgeReshare(MaintenanceAction.Reshare reshare)
    {
        if (!IsSubset(reshare.Dealers, reshare))
            return MaintenanceTermsFault.BadDealers;
        if (!AreParties(reshare.NewParties))
            return MaintenanceTermsFault.BadParties;
        if (!IsThreshold(reshare.NewThreshold, reshare.NewParties.Count))
            return MaintenanceTermsFault.BadThreshold;
        if (reshare.LowersThreshold != reshare.NewThreshold < reshare.Threshold)
            return MaintenanceTermsFault.LoweringNotNamed;
        // A node with two numbers, or a number with two nodes, would count twice towards t.
        foreach (var (pid, nid) in reshare.NewParties)
        {
            if (reshare.Parties.Any(old => old.Pid == pid != (old.Nid == nid)))
                return MaintenanceTermsFault.PartyChangesNumber;
        }
        return JudgeRecordsSize(reshare);
    }

    private static MaintenanceTermsFault? JudgeRecovery(MaintenanceAction.Recover recover)
    {
        if (!IsSubset(recover.Helpers, recover))
            return MaintenanceTermsFault.BadDealers;
        if (recover.Helpers.Contains(recover.Recovered) || recover.Parties.All(party => party.Pid != recover.Recovered))
            return MaintenanceTermsFault.BadRecovered;
        return JudgeRecordsSize(recover);
    }

    /// <summary>Round 1 of these protocols carries the N present records.</summary>
    private static MaintenanceTermsFault? JudgeRecordsSize(MaintenanceAction action) =>
        MaintenanceLayout.Round1WithRecords(action.Suite.Curve(), action.Parties.Count, action.Keys.Count) <= SessionChannel.MaxPayload
            ? null
            : MaintenanceTermsFault.TooLarge;

    private static bool AreKeys(IReadOnlyList<OrderedKey> keys)
    {
        if (keys.Count is < 1 or > KeyLimits.MaxBatch)
            return false;
        for (var k = 1; k < keys.Count; k++)
        {
            if (keys[k].Key.Value.CompareTo(keys[k - 1].Key.Value) <= 0)
                return false;
        }
        return true;
    }

    private static bool AreParties(IReadOnlyList<(PartyId Pid, NodeId Nid)> parties) =>
        parties.Count is >= KeyLimits.MinThreshold and <= KeyLimits.MaxParties
        && Ascends([.. parties.Select(party => party.Pid)]) && parties.DistinctBy(party => party.Nid).Count() == parties.Count;

    /// <summary>Exactly t of the present parties.</summary>
    private static bool IsSubset(IReadOnlyList<PartyId> set, MaintenanceAction action) =>
        set.Count == action.Threshold && Ascends(set) && set.All(pid => action.Parties.Any(party => party.Pid == pid));

    private static bool Ascends(IReadOnlyList<PartyId> pids)
    {
        for (var i = 0; i < pids.Count; i++)
        {
            // default(PartyId) is 0, the coordinate of the secret itself.
            if (pids[i].Value == 0 || (i > 0 && pids[i].CompareTo(pids[i - 1]) <= 0))
                return false;
        }
        return true;
    }

    private static bool IsThreshold(int threshold, int parties) => threshold >= KeyLimits.MinThreshold && threshold <= parties;
}
