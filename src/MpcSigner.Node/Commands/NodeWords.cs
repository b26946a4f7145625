using System.Text.Json;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Unsealing;

namespace MpcSigner.Node.Commands;

/// <summary>For whoever started the node: one JSON line on standard output when it first listens sealed, and one when it first listens as a node.</summary>
internal sealed class NodeWords(TextWriter output)
{
    private bool _sealed, _listening;

    public void Sealed(RosterNode self, SealState state, string address)
    {
        // Later it may be gone: who started the node need not read on.
        if (_sealed || _listening)
            return;
        _sealed = true;
        Say("sealed", self, address, ("state", state switch
        {
            SealState.Sealed => "SEALED",
            SealState.Unsealed => "UNSEALED",
            SealState.TokenLost => "TOKEN_LOST",
        }));
    }

    public void Listening(RosterNode self, string address)
    {
        if (_listening)
            return;
        _listening = true;
        Say("listening", self, address);
    }

    private void Say(string what, RosterNode self, string address, params (string Key, string Value)[] more)
    {
        var words = new Dictionary<string, string> { ["event"] = what, ["name"] = self.Name, ["nid"] = self.Nid.ToString(), ["address"] = address };
        foreach (var (key, value) in more)
            words[key] = value;
        output.WriteLine(JsonSerializer.Serialize(words));
        output.Flush();
    }
}
