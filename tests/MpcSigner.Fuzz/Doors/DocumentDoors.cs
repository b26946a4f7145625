using System.Text;
using MpcSigner.Documents;
using MpcSigner.Documents.Policies;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;
using MpcSigner.Documents.Yaml;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Node.Options;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Fuzz.Doors;

/// <summary>YAML that people write and administrators sign. A document that is refused says where and why; one that is read is written and read again.</summary>
internal static class DocumentDoors
{
    private static readonly Lazy<Core.Rosters.Roster> s_first = new(static () =>
        RosterDocument.TryParse(Vectors.File("config", "roster.example.yaml"), out var roster, out _) ? roster : throw new InvalidOperationException("the annotated roster is refused"));

    private static readonly Lazy<ReadOnlyMemory<byte>[]> s_signatures = new(static () => [.. Signatures()]);

    /// <summary>Of one refusal: a thousand errors help nobody.</summary>
    private const int MaxErrors = 200;

    public static IEnumerable<Door> All =>
    [
        Yaml("documents/roster", () => [Vectors.File("config", "roster.example.yaml"), Vectors.File("config", "roster.v2.example.yaml")], Roster, "RosterDocument.TryParse", "RosterSchedules.Read", "RosterDocument.TryReadKey", "YamlTreeParser.Parse"),
        Yaml("documents/policy", () => [Vectors.File("config", "policy.example.yaml")], Policy, "PolicyDocument.TryParse", "ChainTerms.TryChain", "ChainTerms.TryAddress"),
        Yaml("documents/node-options", () => [Vectors.File("config", "node.example.yaml")], Options, "NodeOptionsDocument.TryParse", "PoolOptions.Read", "HsmOptions.Read", "NodeOptionsDocument.ReadSource"),
        Yaml("documents/signature", Signatures, Signature, "DocumentSignature.TryParse", "DocumentSignatures.TryParse"),
        Yaml("documents/roster-chain", () => [Vectors.File("config", "roster.v2.example.yaml")], Chain, "RosterChain.TryExtend", "RosterChain.TryBegin"),
        new("documents/duration", Grammar.Word, () => [.. new[] { "1h", "90s", "250ms", "7d", "1d12h" }.Select(Encoding.ASCII.GetBytes)], Duration, "Durations.TryRead") { AcceptsSeeds = false },
        new("documents/time", Grammar.Word, () => [Encoding.ASCII.GetBytes("2026-01-01T00:00:00Z")], Time, "Times.TryRead"),
        new("policy/path", Grammar.Word, () => [.. new[] { "m", "m/0", "m/44/*", "m/*" }.Select(Encoding.ASCII.GetBytes)], Pattern, "PathPattern.TryParse"),
        new("policy/rule-id", Grammar.Word, () => [Encoding.ASCII.GetBytes("pay-friends")], Rule, "RuleId.TryParse"),
    ];

    private static Door Yaml(string name, Func<IEnumerable<byte[]>> seeds, Func<byte[], bool> take, params string[] covers) =>
        new(name, Grammar.Yaml, seeds, take, covers) { AllocatedAtMost = 1 << 20, AllocatedPerByte = 2_048, Share = 0.2 };

    private static bool Refused(IReadOnlyList<DocumentError> errors)
    {
        Wrong.If(errors.Count is 0 or > MaxErrors, $"{errors.Count} errors");
        var longest = errors.Max(error => error.ToString().Length);
        Wrong.If(longest > 2_000 || errors.Any(error => error.ToString().Any(c => char.IsControl(c))), $"an error of {longest} characters, or with control characters");
        return false;
    }

    private static bool Roster(byte[] input)
    {
        if (!RosterDocument.TryParse(input, out var roster, out var errors))
            return Refused(errors);
        var written = RosterDocument.Write(roster);
        Wrong.If(!RosterDocument.TryParse(written, out var again, out var problems), $"written, and refused: {string.Join("; ", problems)}");
        Wrong.If(!RosterDocument.Write(again!).AsSpan().SequenceEqual(written), "written twice, and not alike");
        return true;
    }

    private static bool Policy(byte[] input)
    {
        if (!PolicyDocument.TryParse(input, out var policy, out var errors))
            return Refused(errors);
        var written = PolicyDocument.Write(policy);
        Wrong.If(!PolicyDocument.TryParse(written, out var again, out var problems), $"written, and refused: {string.Join("; ", problems)}");
        Wrong.If(!PolicyDocument.Write(again!).AsSpan().SequenceEqual(written), "written twice, and not alike");
        return true;
    }

    private static bool Options(byte[] input) => NodeOptionsDocument.TryParse(input, "/node", out _, out var errors) || Refused(errors);

    private static IEnumerable<byte[]> Signatures()
    {
        var one = new DocumentSignature(DocumentKind.Roster, HonestNodes.Heard.Keys[0].Order, "alice", new byte[64]);
        yield return one.Write();
        yield return new DocumentSignatures([one, one with { Administrator = "bob" }]).Write();
    }

    private static bool Signature(byte[] input)
    {
        var single = DocumentSignature.TryParse(input, out _, out var errors);
        if (!DocumentSignatures.TryParse(input, out var all, out var others))
            return single ? throw new Wrong("one signature, but not several") : Refused(others) || Refused(errors);
        Wrong.If(!DocumentSignatures.TryParse(all.Write(), out var again, out _) || again.All.Count != all.All.Count, "written, and not read again");
        return true;
    }

    /// <summary>As the version that follows the annotated first one, with signatures that do not verify: never accepted.</summary>
    private static bool Chain(byte[] input)
    {
        Wrong.If(RosterChain.TryExtend(s_first.Value, input, s_signatures.Value, static (_, _, _) => false, out _, out var refusal), "accepted without a signature");
        Wrong.If(refusal!.Message.Length is 0 or > 20_000, "refused without a reason, or without an end");
        Wrong.If(RosterChain.TryBegin(input, s_signatures.Value, new byte[32], static (_, _, _) => false, out _, out var alone) || alone!.Message.Length == 0, "begun without a signature");
        return true;
    }

    private static bool Duration(byte[] input)
    {
        if (!Durations.TryRead(Encoding.UTF8.GetString(input), out var duration))
            return false;
        Wrong.If(duration < TimeSpan.Zero || !Durations.TryRead(Durations.Write(duration), out var again) || again != duration, "a duration that is not read again");
        return true;
    }

    private static bool Time(byte[] input)
    {
        if (!Times.TryRead(Encoding.UTF8.GetString(input), out var time))
            return false;
        Wrong.If(!Times.TryRead(Times.Write(time), out var again) || again != time, "a time that is not read again");
        return true;
    }

    private static bool Pattern(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!PathPattern.TryParse(text, out var pattern))
            return false;
        Wrong.If(pattern.ToString() != text, "a pattern in two texts");
        return true;
    }

    private static bool Rule(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!RuleId.TryParse(text, out var id))
            return false;
        Wrong.If(id.ToString() != text, "a rule under two names");
        return true;
    }
}
