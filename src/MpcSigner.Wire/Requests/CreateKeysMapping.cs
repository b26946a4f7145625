using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>The action that makes keys: every bound of it is checked here, before any node looks at its roster.</summary>
internal static class CreateKeysMapping
{
    private const int MaxLabelLength = 64;

    public static V1.CreateKeys ToWire(RequestAction.CreateKeys action)
    {
        var message = new V1.CreateKeys
        {
            Suite = (V1.Suite)action.Suite,
            Threshold = checked((uint)action.Threshold),
            Count = checked((uint)action.Count),
            Usage = WireEnums.ToWire(action.Usage),
        };
        PartiesMapping.Write(message.Parties, action.Parties);
        message.Labels.Add(action.Labels);
        return message;
    }

    public static ServiceError? Read(V1.CreateKeys message, out RequestAction? action)
    {
        action = null;
        if (!WireEnums.TryRead(message.Suite, out var suite))
            return new(Reason.UnsupportedSuite, $"Suite {(int)message.Suite} is not known.", "Choose a suite of this version, e.g. SUITE_FROST_ED25519.");
        if (!WireEnums.TryRead(message.Usage, out var usage))
            return Refusal.Malformed($"usage {(int)message.Usage} is not known.");
        if (PartiesMapping.Read(message.Parties, "parties", out var parties) is { } badParties)
            return badParties;
        if (message.Threshold < KeyLimits.MinThreshold || message.Threshold > (uint)parties.Length)
            return Refusal.Of(Reason.BadThreshold, $"threshold is {message.Threshold}; with {parties.Length} parties it must be {KeyLimits.MinThreshold}..{parties.Length}.");
        if (message.Count is 0 or > KeyLimits.MaxBatch)
            return Refusal.Of(Reason.BadBatchSize, $"count is {message.Count}; a request makes 1..{KeyLimits.MaxBatch} keys.");
        if (message.Labels.Count != 0 && message.Labels.Count != (int)message.Count)
            return Refusal.Of(Reason.BadBatchSize, $"{message.Labels.Count} labels for {message.Count} keys; give none, or one a key.");
        if (message.Labels.FirstOrDefault(label => !IsLabel(label)) is not null)
            return Refusal.Malformed($"A label is not 1..{MaxLabelLength} characters of A-Z a-z 0-9 . _ -");
        action = new RequestAction.CreateKeys(suite, (int)message.Threshold, parties, (int)message.Count, [.. message.Labels], usage);
        return null;
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabelLength && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
