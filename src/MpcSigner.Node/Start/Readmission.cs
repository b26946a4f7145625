using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Node.Commands;

namespace MpcSigner.Node.Start;

/// <summary>The operator's word that a peer is to be chosen again (<c>peer readmit</c>): a line of peers.readmitted, which the next start carries out and removes.</summary>
/// <param name="ForgetFailures">Failed checks of pair setups with it are counted from 0 again (spec §8.4, C8).</param>
internal sealed record Readmission(NodeId Peer, bool ForgetFailures)
{
    /// <summary>No cluster has more nodes.</summary>
    private const int MaxLines = 64;

    private const int MaxBytes = MaxLines * 128;
    private const string Keep = "keep-failures", Forget = "forget-failures";

    /// <summary>Those that wait for the next start.</summary>
    /// <exception cref="StartRefusedException">The file holds what the command does not write.</exception>
    public static IReadOnlyList<Readmission> Read(NodeDirectory directory)
    {
        if (!File.Exists(directory.PeersReadmitted))
            return [];
        var text = Encoding.UTF8.GetString(BoundedFile.Read(directory.PeersReadmitted, MaxBytes, ExitCode.BadOptions, "The file of readmitted peers"));
        List<Readmission> read = [];
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is not [var nid, Keep or Forget] parts || !NodeId.TryParse(nid, out var peer))
                throw new StartRefusedException(ExitCode.BadOptions, $"{directory.PeersReadmitted} holds a line that is no readmission.",
                    "Remove the file and run mpcsigner-node peer readmit again.");
            read.Add(new(peer, parts[1] == Forget));
        }
        return read;
    }

    /// <summary>Adds one to those that wait.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void AddTo(NodeDirectory directory)
    {
        var all = Read(directory).Where(said => said.Peer != Peer).Append(this).TakeLast(MaxLines);
        PrivateFile.Replace(directory.PeersReadmitted, Encoding.UTF8.GetBytes(string.Concat(all.Select(said => $"{said.Peer} {(said.ForgetFailures ? Forget : Keep)}\n"))));
    }
}
