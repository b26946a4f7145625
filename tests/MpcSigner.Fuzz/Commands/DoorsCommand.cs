using MpcSigner.Fuzz.Doors;

namespace MpcSigner.Fuzz.Commands;

/// <summary>doors: their names, how their bytes are built, what stands behind them.</summary>
internal static class DoorsCommand
{
    public const string Verb = "doors";

    public static int Run()
    {
        foreach (var door in AllDoors.List)
            Console.WriteLine($"{door.Name,-34} {door.Grammar,-9} {door.Seeds.Count,4} seeds  {string.Join(", ", door.Covers)}");
        return RunCommand.Held;
    }
}
