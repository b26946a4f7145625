using System.Net.Sockets;
using System.Text;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Unsealing;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Commands;

/// <summary><c>unseal</c>: one operator's share for a node that waits for its quorum.</summary>
internal static class UnsealCommand
{
    /// <summary>For the node's answer.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    public static ExitCode Give(string[] args, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        var file = arguments.Optional("--share-file");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var path = SocketOf(config);
        using var share = VaultStart.Refusing(() => ReadShare(file, error));
        return Print(Ask(path, share), output);
    }

    public static ExitCode Status(string[] args, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        return arguments.Finish(out var errors) ? Print(Ask(SocketOf(config), null), output) : CommandLine.Refuse(error, errors);
    }

    private static string SocketOf(string config) => new NodeDirectory(NodeOptionsFile.Load(config).Directory).UnsealSocket;

    private static SecureMemory ReadShare(string? file, TextWriter prompt)
    {
        if (file is not null)
            return SecretReader.PassphraseFromFile(file);
        if (!Console.IsInputRedirected)
            return SecretReader.PassphraseFromPrompt(repeat: false, () => Console.ReadKey(intercept: true), prompt, "Share");
        using var input = Console.OpenStandardInput();
        return SecretInput.TryRead(input, QuorumShare.MaxTextLength, trimLineBreak: true, out var share)
            ? share
            : throw new VaultException(VaultRefusal.SecretUnavailable, $"Standard input gave no share: one line of at most {QuorumShare.MaxTextLength} bytes is expected.");
    }

    private static UnsealAnswer Ask(string path, SecureMemory? share)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = socket.SendTimeout = (int)AnswerLimit.TotalMilliseconds;
        try
        {
            socket.Connect(UnsealWire.EndPoint(path));
        }
        catch (SocketException e)
        {
            throw new StartRefusedException(ExitCode.NotWaitingForShares, $"No node waits for shares at {path}: {e.Message}.",
                "It is unsealed already, or does not run, or runs as another user: see 'mpcsigner cluster status' and the node's log.", e);
        }
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: false);
            stream.WriteByte(share is null ? UnsealWire.AskStanding : UnsealWire.GiveShare);
            if (share is not null)
                SecretOutput.Write(share, stream);
            socket.Shutdown(SocketShutdown.Send);
            var answer = new byte[UnsealWire.MaxAnswerBytes];
            var length = stream.ReadAtLeast(answer, answer.Length, throwOnEndOfStream: false);
            return UnsealWire.TryDecode(answer.AsMemory(0, length), out var read) ? read : throw NoAnswer("what it said cannot be read", null);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw NoAnswer(e.Message, e);
        }
    }

    private static StartRefusedException NoAnswer(string why, Exception? inner) => new(ExitCode.NotWaitingForShares,
        $"The node gave no answer: {why}.", "It serves its own user and root only. Ask again with 'mpcsigner-node unseal status'.", inner);

    private static ExitCode Print(UnsealAnswer answer, TextWriter output)
    {
        output.Write(Encoding.UTF8.GetString(UnsealWire.Encode(answer)));
        return answer.IsRefusal ? ExitCode.ShareRefused : ExitCode.Success;
    }
}
