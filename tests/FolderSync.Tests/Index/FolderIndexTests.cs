using FolderSync.Index;
using FolderSync.Index.Sqlite;
using FolderSync.Tests.Simulation;

namespace FolderSync.Tests.Index;

public sealed class MemoryFolderIndexTests : FolderIndexContract
{
    private ulong _ids;

    public MemoryFolderIndexTests() => Indexes = new MemoryFolderIndexes(Entries.Self, () => ++_ids);

    internal override IFolderIndexes Indexes { get; }

    private protected override int Iterations => 60;
}

public sealed class SqliteFolderIndexTests : FolderIndexContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fs-index-").FullName;
    private ulong _ids;

    public SqliteFolderIndexTests() => Indexes = new SqliteFolderIndexes(_directory, Entries.Self, () => ++_ids);

    internal override IFolderIndexes Indexes { get; }

    private protected override int Iterations => 50;

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_directory, true);
    }
}
