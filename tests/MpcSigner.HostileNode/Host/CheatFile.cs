using MpcSigner.HostileNode.Cheats;

namespace MpcSigner.HostileNode.Host;

/// <summary>Which cheat is wanted: the one name in <c>cheat.txt</c> of the node's folder, none where there is no file. What was done stands in <c>cheat.done</c>, a line each.</summary>
internal sealed class CheatFile(string folder)
{
    private readonly string _wanted = Path.Combine(folder, "cheat.txt");
    private readonly string _done = Path.Combine(folder, "cheat.done");
    private string _name = "";
    private Cheat _cheat = new Honesty();

    /// <summary>Read anew at every step: tests change it while the node runs. A cheat begins with no memory of an earlier one of its name.</summary>
    public Cheat Current
    {
        get
        {
            var name = File.Exists(_wanted) ? File.ReadAllText(_wanted).Trim() : "";
            if (name != _name)
                (_name, _cheat) = (name, Catalogue.Make(name));
            return _cheat;
        }
    }

    public bool IsCheating => _name.Length > 0;

    public void Done(string what) => File.AppendAllText(_done, $"{_name}: {what}\n");
}
