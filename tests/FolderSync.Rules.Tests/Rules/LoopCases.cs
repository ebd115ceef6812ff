namespace FolderSync.Rules;

/// <summary>What starts a loop, or work that nobody awaits where it begins → the tests that inject a fault into it.</summary>
internal static class LoopCases
{
    private const string Story = "LoopFaultStoryTests.";
    private const string Connection = "SupervisedLoopTests.A_fault_of_a_connections_loop_ends_the_connection_which_comes_back";
    private const string Flow = "SupervisedLoopTests.A_fault_of_a_folders_flow_ends_the_folder_which_says_so_and_comes_back";

    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> All = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
    };
}
