using MpcSigner.HostileNode.Cheats;

namespace MpcSigner.HostileNode.Host;

/// <summary>Which cheat is wanted: the one name in <c>cheat.txt</c> of the node's folder, and behind a space what it is to be done with; none where there is no file. What was done stands in <c>cheat.done</c>, a line each.</summary>
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
            var words = (File.Exists(_wanted) ? File.ReadAllText(_wanted).Trim() : "").Split(' ', 2);
            if (words[0] != _name)
                (_name, _cheat) = (words[0], Catalogue.Make(words[0]));
            Argument = words.Length == 2 ? words[1] : "";
            return _cheat;
        }
    }

    public string Argument { get; private set; } = "";

    public bool IsCheating => _name.Length > 0;

    public void Done(string what) => File.AppendAllText(_done, $"{_name}: {what}\n");
}
