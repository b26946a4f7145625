using Xunit;

namespace MpcSigner.Architecture.Tests;

/// <summary>The README's example is the one that the client's tests compile and run.</summary>
public class ReadmeTests
{
    private const int Indentation = 4;

    [Fact]
    public void The_example_is_the_one_that_tests_run()
    {
        var source = File.ReadAllText(Repository.PathOf("tests/MpcSigner.Node.Tests/Client/ReadmeExample.cs"));
        var example = Between(source, "    // README begins\n", "    // README ends").TrimEnd().Split('\n')
            .Select(line => line.StartsWith(new string(' ', Indentation), StringComparison.Ordinal) ? line[Indentation..] : line);
        var shown = Between(File.ReadAllText(Repository.PathOf("README.md")), "<!-- example -->\n```csharp\n", "```\n<!-- /example -->");
        Assert.Equal(string.Join('\n', example) + "\n", shown);
    }

    private static string Between(string text, string begin, string end)
    {
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        Assert.True(from >= 0, $"'{begin.Trim()}' is missing");
        from += begin.Length;
        var to = text.IndexOf(end, from, StringComparison.Ordinal);
        Assert.True(to >= 0, $"'{end.Trim()}' is missing");
        return text[from..to];
    }
}
