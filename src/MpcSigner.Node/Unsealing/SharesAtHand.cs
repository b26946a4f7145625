using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Unsealing;

/// <summary>Operators' shares for a verb that opens the secrets itself, with the node stopped: asked for at the terminal, or all of them on standard input, one a line.</summary>
internal sealed class SharesAtHand(TextWriter prompt) : IDisposable
{
    /// <summary>Wrong ones included.</summary>
    private const int MaxQuestions = 3 * QuorumHeader.MaxOperators;

    private IReadOnlyList<SecureMemory>? _lines;

    /// <exception cref="StartRefusedException">Too few shares, or one is refused.</exception>
    public OperatorSecret Gather(QuorumHeader header, NodeId nid)
    {
        using var unsealing = new QuorumUnsealing(header, nid, NodeOptions.MaxUnsealWindow, _ => { }, TimeProvider.System, NullLogger.Instance);
        if (Console.IsInputRedirected)
            Read(unsealing);
        else
            Ask(unsealing);
        return OperatorSecret.Quorum(unsealing.Secret.GetAwaiter().GetResult(), header.Encode());
    }

    private void Ask(QuorumUnsealing unsealing)
    {
        prompt.WriteLine($"This node is sealed by a quorum: {unsealing.Header.Threshold} of {unsealing.Header.Operators} operators give their shares, one after the other.");
        for (var questions = 0; !unsealing.Secret.IsCompleted; questions++)
        {
            if (questions == MaxQuestions)
                throw Refused("No quorum after so many shares.", "Find out which ones are right, and try again.");
            using var share = VaultStart.Refusing(() => SecretReader.PassphraseFromPrompt(repeat: false, () => Console.ReadKey(intercept: true), prompt, "Share"));
            prompt.WriteLine(unsealing.Give(share).Message);
        }
    }

    private void Read(QuorumUnsealing unsealing)
    {
        foreach (var line in _lines ??= ReadLines())
        {
            if (unsealing.Secret.IsCompleted)
                return;
            // While shares go from one quorum to the next, lines of both are given.
            var answer = unsealing.Give(line);
            if (answer.IsRefusal && answer.Verdict is not (UnsealVerdict.OtherQuorum or UnsealVerdict.Duplicate))
                throw Refused(answer.Message, "");
        }
        if (!unsealing.Secret.IsCompleted)
        {
            var standing = unsealing.Standing();
            throw Refused($"Standard input gave {standing.Given} of the {standing.Needed} shares of quorum {unsealing.Header.Id} that open this node.", "Give one a line, or run this at a terminal.");
        }
    }

    private static IReadOnlyList<SecureMemory> ReadLines()
    {
        using var input = Console.OpenStandardInput();
        if (!SecretInput.TryRead(input, SecretInput.MaxBytes, trimLineBreak: false, out var text))
            return [];
        using (text)
            return SecretInput.SplitLines(text);
    }

    private static StartRefusedException Refused(string message, string nextStep) => new(ExitCode.ShareRefused, message, nextStep);

    public void Dispose()
    {
        foreach (var line in _lines ?? [])
            line.Dispose();
    }
}
