using System.Globalization;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Commands;

/// <summary>A seal that k of m operators open, as a command line asks for it, and the way of the shares to the operators.</summary>
/// <param name="SharesTo">A folder for one file an operator; null: shown at the terminal, one after the other.</param>
internal sealed record QuorumChoice(int Threshold, int Operators, string? SharesTo)
{
    private const string NotBesideTheNode = "--shares-to must not lie in the node's own folder: whoever copies it would have the secrets with what opens them";

    /// <summary>--operators, --threshold, --shares-to. Null where another kind of seal is wanted.</summary>
    /// <param name="directory">The node's; empty where it is not known yet.</param>
    public static QuorumChoice? Read(Arguments arguments, bool wanted, string directory)
    {
        var (operators, threshold, to) = (arguments.Optional("--operators"), arguments.Optional("--threshold"), arguments.Optional("--shares-to"));
        if (!wanted)
        {
            if (operators is not null || threshold is not null || to is not null)
                arguments.Errors.Add("--operators, --threshold and --shares-to belong to a seal under a quorum");
            return null;
        }
        if (!int.TryParse(operators, NumberStyles.None, CultureInfo.InvariantCulture, out var m) || !int.TryParse(threshold, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            || !QuorumHeader.AreWithinBounds(k, m))
        {
            arguments.Errors.Add($"a quorum needs --operators M and --threshold K, {QuorumHeader.MinThreshold} <= K <= M <= {QuorumHeader.MaxOperators}");
            (k, m) = (QuorumHeader.MinThreshold, QuorumHeader.MinThreshold);
        }
        var folder = to is null ? null : Path.GetFullPath(to);
        if (folder is not null && directory.Length > 0 && IsWithin(folder, directory))
            arguments.Errors.Add(NotBesideTheNode);
        if (folder is null && (Console.IsInputRedirected || Console.IsErrorRedirected))
            arguments.Errors.Add("--shares-to is missing, and there is no terminal to show the shares at");
        return new(k, m, folder);
    }

    /// <exception cref="StartRefusedException">The shares would lie in the node's own folder.</exception>
    public void RequireOutside(string directory)
    {
        if (SharesTo is not null && IsWithin(SharesTo, directory))
            throw new StartRefusedException(ExitCode.BadCommandLine, NotBesideTheNode, "Name another folder.");
    }

    private static bool IsWithin(string folder, string directory) => (folder + "/").StartsWith(Path.GetFullPath(directory) + "/", StringComparison.Ordinal);

    public QuorumDealing Deal(IRandomSource random) => QuorumDealing.Deal(Threshold, Operators, random);

    public static OperatorSecret SecretOf(QuorumDealing dealing) => OperatorSecret.Quorum(dealing.CopySecret(), dealing.Header.Encode());

    /// <summary>Hands every operator's share out. They are nowhere else afterwards.</summary>
    /// <exception cref="IOException">A file is there already, or cannot be written.</exception>
    public void Hand(QuorumDealing dealing, string name, NodeId nid, TextWriter terminal)
    {
        if (SharesTo is not null)
            CreateFolder(Path.TrimEndingDirectorySeparator(SharesTo));
        for (var number = 1; number <= Operators; number++)
        {
            using var share = dealing.ShareOf(number, nid);
            using var text = share.ToText();
            if (SharesTo is not null)
                PrivateFile.Create(Path.Combine(SharesTo, ShareFile(name, number)), text);
            else
                Show(number, text, terminal);
        }
        // The names, too, are durable before a generation is that only these shares open.
        if (SharesTo is not null)
            PrivateFile.FlushFolderOf(Path.Combine(SharesTo, ShareFile(name, 1)));
    }

    /// <summary>Durable, with those above it that are not there yet.</summary>
    private static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        CreateFolder(Path.GetDirectoryName(folder)!);
        Directory.CreateDirectory(folder, PrivateFile.DirectoryMode);
        PrivateFile.FlushFolderOf(folder);
    }

    private static string ShareFile(string name, int number) => $"{name}.operator-{number}.share";

    private void Show(int number, SecureMemory text, TextWriter terminal)
    {
        terminal.Write($"Operator {number} of {Operators} (any {Threshold} of you open the node), this is your share. Nobody else may see it:\n\n    ");
        terminal.Flush();
        using (var screen = Console.OpenStandardError())
            SecretOutput.Write(text, screen);
        terminal.Write("\n\nKeep it, then press Enter: the screen is cleared for the next operator.");
        terminal.Flush();
        while (Console.ReadKey(intercept: true).Key != ConsoleKey.Enter)
        {
        }
        terminal.Write("\x1b[3J\x1b[H\x1b[2J"); // the lines scrolled away, too
        terminal.Flush();
    }
}
